"""XML to a tree of nodes. Pure.

Expat reads; a document type is refused before anything in it is looked at, so there are
no entities but the five of XML, and nothing is ever fetched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pyexpat import ExpatError
from typing import Union
from xml.parsers.expat import ParserCreate

from compliance.content.formats.findings import UnreadableError
from compliance.content.formats.limits import MOST_DEPTH

MOST_NODES = 600_000


@dataclass(slots=True)
class Node:
    """An element: its namespace and name, attributes, texts and elements, and its line."""

    space: str
    name: str
    attributes: dict[str, str]
    line: int
    children: list[Union[str, "Node"]] = field(default_factory=list)

    def elements(self) -> Iterator["Node"]:
        return (child for child in self.children if isinstance(child, Node))


class _Growing:
    """The tree while expat reads."""

    def __init__(self) -> None:
        self.top = Node("", "", {}, 0)
        self.stack, self.count = [self.top], 0
        self.parser = ParserCreate(namespace_separator="\n")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.begins
        self.parser.EndElementHandler = self.ends
        self.parser.CharacterDataHandler = self.says
        self.parser.StartDoctypeDeclHandler = self.declares

    def begins(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if len(self.stack) > MOST_DEPTH:
            words = f"is nested deeper than {MOST_DEPTH} levels"
            raise UnreadableError(f"line {line}", words)
        if self.count > MOST_NODES:
            raise UnreadableError(f"line {line}", f"more than {MOST_NODES:,} elements")
        space, _, name = tag.rpartition("\n")
        plain = {key.rpartition("\n")[2]: text for key, text in attributes.items()}
        node = Node(space, name, plain, line)
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def ends(self, _tag: str) -> None:
        self.stack.pop()

    def says(self, text: str) -> None:
        self.stack[-1].children.append(text)

    def declares(self, *_: object) -> None:
        words = "declares a document type (DTD), which no catalog needs"
        raise UnreadableError(f"line {self.parser.CurrentLineNumber}", words)


def parsed(content: bytes) -> Node:
    """The root. Raises ``UnreadableError`` with the line."""
    growing = _Growing()
    try:
        growing.parser.Parse(content, True)
    except ExpatError as fault:
        words = f"is not XML: {fault}"
        raise UnreadableError(f"line {fault.lineno}", words) from None
    except UnreadableError:
        raise
    except (ValueError, LookupError):
        raise UnreadableError("line 1", "names an encoding that is not known") from None
    return next(growing.top.elements())
