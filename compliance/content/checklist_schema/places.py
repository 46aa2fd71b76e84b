"""YAML read with the place of everything in it; what could hide or surprise is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

MAX_BYTES = 5_000_000
MAX_DEPTH = 20
Path = tuple[str | int, ...]


class UnreadableError(ValueError):
    """A file that is no plain YAML; ``line`` is where, from 1."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Read:
    """Plain values, and the line of every key and list item by its path."""

    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int | None:
        """The line of a place, or of the nearest one that holds it."""
        for end in range(len(path), 0, -1):
            if found := self.lines.get(path[:end]):
                return found
        return None


def read(
    content: bytes,
    *,
    most_bytes: int = MAX_BYTES,
    most_depth: int = MAX_DEPTH,
    most_aliased: int = 0,
) -> Read:
    """The one document of a file. Raises ``UnreadableError`` with the line and the reason.

    ``most_aliased`` is how many values aliases may stand for; with 0 there may be none.
    """
    if len(content) > most_bytes:
        msg = f"has {len(content):,} bytes; at most {most_bytes:,}"
        raise UnreadableError(msg)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        msg = "is not UTF-8 text"
        raise UnreadableError(msg, line) from None
    try:
        _refuse_hidden(text, most_depth, has_aliases=most_aliased > 0)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        said = fault.problem or "is not YAML"
        place = int(mark.line) + 1 if mark else None
        raise UnreadableError(_explained(said), place) from None
    except yaml.reader.ReaderError as fault:
        msg = "holds a character that YAML does not allow"
        line = text.encode().count(b"\n", 0, fault.position) + 1
        raise UnreadableError(msg, line) from None
    if node is None:
        msg = "is empty"
        raise UnreadableError(msg)
    building = _Building(most_depth, most_aliased)
    return Read(building.value(node, ()), building.lines)


def _explained(said: str) -> str:
    """The parser's words for a fault, or ours where its own help nobody."""
    if "another" in said:
        return "holds more than one document"
    if "<document start>" in said:
        return "is not YAML: something follows the end of the document"
    return said


def _refuse_hidden(text: str, most_depth: int, *, has_aliases: bool) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        is_named = isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None)
        if is_named and not has_aliases:
            msg = "anchors (&) and aliases (*) are not used here; write the value out"
            raise UnreadableError(msg, line)
        if getattr(event, "tag", None):
            msg = "tags (!) are not used here"
            raise UnreadableError(msg, line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > most_depth:
            msg = f"is nested deeper than {most_depth} levels"
            raise UnreadableError(msg, line)


class _Building:
    """Builds plain values. It builds the value of an alias once more."""

    def __init__(self, most_depth: int, most_aliased: int) -> None:
        self.lines: dict[Path, int] = {}
        self.scalars = SafeConstructor()
        self.most_depth = most_depth
        self.most_aliased = self.left = most_aliased
        self.met: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.count(node, path)
        if isinstance(node, yaml.MappingNode):
            values = {}
            for key, child in _pairs(node, self.scalars):
                self.lines[(*path, key)] = child[0].start_mark.line + 1
                values[key] = self.value(child[1], (*path, key))
            return values
        if isinstance(node, yaml.SequenceNode):
            items = []
            for index, item in enumerate(node.value):
                self.lines[(*path, index)] = item.start_mark.line + 1
                items.append(self.value(item, (*path, index)))
            return items
        return _scalar(node, self.scalars)

    def count(self, node: yaml.Node, path: Path) -> None:
        """Refuse aliases that make much of little, or hold themselves."""
        if not self.most_aliased:
            return
        if len(path) > self.most_depth:
            msg = f"is nested deeper than {self.most_depth} levels"
            raise UnreadableError(msg, node.start_mark.line + 1)
        if id(node) in self.met:
            self.left -= 1
        self.met.add(id(node))
        if self.left < 0:
            msg = f"its aliases (*) stand for more than {self.most_aliased:,} values"
            raise UnreadableError(msg, node.start_mark.line + 1)


def _pairs(
    node: yaml.MappingNode, scalars: SafeConstructor
) -> Iterator[tuple[str, tuple[yaml.Node, yaml.Node]]]:
    seen = set()
    for pair in node.value:
        line = pair[0].start_mark.line + 1
        key = _scalar(pair[0], scalars) if isinstance(pair[0], yaml.ScalarNode) else None
        if not isinstance(key, str):
            msg = "a key must be text; put it in quotes"
            raise UnreadableError(msg, line)
        if key in seen:
            msg = f"key {key[:60]!r} appears twice"
            raise UnreadableError(msg, line)
        seen.add(key)
        yield key, pair


def _scalar(node: yaml.Node, scalars: SafeConstructor) -> Any:
    try:
        return scalars.construct_object(node)
    except (ValueError, OverflowError, ConstructorError):
        msg = f"{str(node.value)[:60]!r} is not a value; put text in quotes"
        raise UnreadableError(msg, node.start_mark.line + 1) from None
