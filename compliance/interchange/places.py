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
    content: bytes, *, most_bytes: int = MAX_BYTES, most_depth: int = MAX_DEPTH
) -> Read:
    """The one document of a file. Raises ``UnreadableError`` with the line and the reason."""
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
        _refuse_hidden(text, most_depth)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        said = fault.problem or "is no YAML"
        place = int(mark.line) + 1 if mark else None
        msg = "holds more than one document" if "another" in said else said
        raise UnreadableError(msg, place) from None
    except yaml.YAMLError:
        msg = "holds a character that YAML does not allow"
        raise UnreadableError(msg) from None
    if node is None:
        msg = "is empty"
        raise UnreadableError(msg)
    lines: dict[Path, int] = {}
    return Read(_value(node, (), lines, SafeConstructor()), lines)


def _refuse_hidden(text: str, most_depth: int) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
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


def _value(
    node: yaml.Node, path: Path, lines: dict[Path, int], scalars: SafeConstructor
) -> Any:
    if isinstance(node, yaml.MappingNode):
        values = {}
        for key, child in _pairs(node, scalars):
            lines[(*path, key)] = child[0].start_mark.line + 1
            values[key] = _value(child[1], (*path, key), lines, scalars)
        return values
    if isinstance(node, yaml.SequenceNode):
        items = []
        for index, item in enumerate(node.value):
            lines[(*path, index)] = item.start_mark.line + 1
            items.append(_value(item, (*path, index), lines, scalars))
        return items
    return _scalar(node, scalars)


def _pairs(
    node: yaml.MappingNode, scalars: SafeConstructor
) -> Iterator[tuple[str, tuple[yaml.Node, yaml.Node]]]:
    seen = set()
    for pair in node.value:
        line = pair[0].start_mark.line + 1
        key = (
            _scalar(pair[0], scalars) if isinstance(pair[0], yaml.ScalarNode) else None
        )
        if not isinstance(key, str):
            msg = "a key must be text; put it in quotes"
            raise UnreadableError(msg, line)
        if key in seen:
            msg = f"key {key[:60]!r} stands twice"
            raise UnreadableError(msg, line)
        seen.add(key)
        yield key, pair


def _scalar(node: yaml.Node, scalars: SafeConstructor) -> Any:
    try:
        return scalars.construct_object(node)
    except (ValueError, OverflowError, ConstructorError):
        msg = f"{str(node.value)[:60]!r} is no value; put text in quotes"
        raise UnreadableError(msg, node.start_mark.line + 1) from None
