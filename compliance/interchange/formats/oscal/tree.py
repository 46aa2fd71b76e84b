"""XML to a tree of nodes, and markup to Markdown. Pure.

Expat reads; a document type is refused before anything in it is looked at, so there are
no entities but the five of XML, and nothing is ever fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pyexpat import ExpatError
from typing import Union
from xml.parsers.expat import ParserCreate

from compliance.interchange.formats.found import UnreadableError
from compliance.interchange.formats.limits import MOST_DEPTH

MOST_NODES = 600_000
BLOCKS = {
    "p", "ul", "ol", "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
    "hr",
}  # fmt: skip
_AROUND = {"em": "*", "i": "*", "strong": "**", "b": "**", "code": "`", "q": '"'}


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
        words = f"is no XML: {fault}"
        raise UnreadableError(f"line {fault.lineno}", words) from None
    except UnreadableError:
        raise
    except (ValueError, LookupError):
        raise UnreadableError("line 1", "names an encoding that is not known") from None
    return next(growing.top.elements())


def inline(node: Node) -> str:
    """Markup on one line, as Markdown; a break is a line feed."""
    return re.sub(r" *\n *", "\n", _raw(node)).strip()


def _raw(node: Node) -> str:
    return "".join(
        re.sub(r"\s+", " ", child) if isinstance(child, str) else _mark(child)
        for child in node.children
    )


def _mark(node: Node) -> str:
    if node.name == "br":
        return "\n"
    if node.name == "insert":
        kind = node.attributes.get("type", "param")
        return f"{{{{ insert: {kind}, {node.attributes.get('id-ref', '')} }}}}"
    text = _raw(node)
    if node.name == "a":
        return f"[{text}]({node.attributes.get('href', '')})"
    if node.name == "img":
        return f"![{node.attributes.get('alt', '')}]({node.attributes.get('src', '')})"
    around = _AROUND.get(node.name, "")
    return f"{around}{text}{around}"


def blocks(node: Node) -> str:
    """Prose as Markdown, its paragraphs apart."""
    found, loose = [], Node("", "", {}, 0)
    for child in node.children:
        if isinstance(child, Node) and child.name in BLOCKS:
            found += [inline(loose), _block(child, "")]
            loose = Node("", "", {}, 0)
        elif isinstance(child, str) or child.name in _INLINE:
            loose.children.append(child)
    found.append(inline(loose))
    return "\n\n".join(text for text in found if text)


_INLINE = {*_AROUND, "a", "br", "insert", "img", "sub", "sup"}


def _block(node: Node, pad: str) -> str:
    if node.name in {"ul", "ol"}:
        return "\n".join(_entries(node, pad))
    if node.name == "table":
        return "\n".join(_table(node))
    if node.name == "pre":
        return "".join(
            child for child in node.children if isinstance(child, str)
        ).strip()
    if node.name == "blockquote":
        return "\n".join(f"> {part}" for part in blocks(node).splitlines())
    if node.name == "hr":
        return "---"
    level = int(node.name[1]) if node.name != "p" else 0
    return f"{'#' * level} {inline(node)}".strip()


def _entries(node: Node, pad: str) -> Iterator[str]:
    for at, entry in enumerate(node.elements(), 1):
        mark = f"{at}." if node.name == "ol" else "-"
        own = [c for c in entry.children if isinstance(c, str) or c.name not in BLOCKS]
        text = inline(Node("", "", {}, 0, own))
        inner = [_block(c, f"{pad}  ") for c in entry.elements() if c.name in BLOCKS]
        if not text and inner and not inner[0].startswith((" ", "-")):
            text = inner.pop(0)
        yield f"{pad}{mark} {text}".rstrip()
        yield from inner


def _table(node: Node) -> Iterator[str]:
    for row in node.elements():
        if row.name == "tr":
            yield " | ".join(inline(cell) for cell in row.elements())
        else:
            yield from _table(row)
