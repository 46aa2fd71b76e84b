"""JSON and YAML to plain values; what could hide, surprise or exhaust is refused."""

import codecs
import json
import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from compliance.content.checklist_schema.fault_places import named
from compliance.content.formats.findings import Path, UnreadableError, Where
from compliance.content.formats.limits import (
    MOST_ALIASED,
    MOST_DEPTH,
    MOST_YAML_BYTES,
)

MOST_DIGITS = 40
_TEXT = r'"(?:[^"\\]|\\.)*+"?'
"""A text of JSON, ended or not: no sign in it counts."""


class _TwiceError(ValueError):
    """An object has one key twice."""


class _OddError(ValueError):
    """A value that JSON has and a checklist does not; ``sign`` is how it is written."""

    def __init__(self, sign: str, words: str) -> None:
        super().__init__(words)
        self.sign = sign


def decoded(content: bytes) -> str:
    """UTF-8 text, or UTF-16 with its mark as Excel saves it, without the mark."""
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        words = "is not UTF-8 text; save the file as UTF-8 (“CSV UTF-8” in Excel)"
        raise UnreadableError(f"line {line}", words) from None


def from_json(text: str) -> Any:
    """The value of a JSON text. Raises ``UnreadableError`` with the line."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_int=_whole,
            parse_float=_number,
        )
    except json.JSONDecodeError as fault:
        place = f"line {fault.lineno}, column {fault.colno}"
        raise UnreadableError(place, f"is not JSON: {fault.msg}") from None
    except _OddError as fault:
        raise UnreadableError(_place_of(fault.sign, text), str(fault)) from None
    except _TwiceError:
        raise _twice(text) from None
    except RecursionError:
        raise _too_deep(text) from None
    if _is_deep(value):
        raise _too_deep(text)
    return value


def from_yaml(content: bytes) -> tuple[Any, Callable[[Path], int | None]]:
    """The value of a YAML text, and the line of a path in it."""
    from compliance.content.checklist_schema import places  # noqa: PLC0415 - large

    try:
        read = places.read(
            content,
            most_bytes=MOST_YAML_BYTES,
            most_depth=MOST_DEPTH,
            most_aliased=MOST_ALIASED,
        )
    except places.UnreadableError as fault:
        place = f"line {fault.line}" if fault.line else "the file"
        raise UnreadableError(place, str(fault)) from None
    return _simple(read.value, (), read.line), read.line


def named_in(value: Any, line: Callable[[Path], int | None] | None = None) -> Where:
    """Says where a path stands: its line where that is known, and its keys."""

    def where(path: Path) -> str:
        words, known = named(value, path)
        found = line(known) if line and known else None
        return ", ".join(part for part in (found and f"line {found}", words) if part)

    return where


def _simple(value: Any, path: Path, line: Callable[[Path], int | None]) -> Any:
    """Dates as text, and no number that JSON does not know."""
    if isinstance(value, dict):
        return {key: _simple(part, (*path, key), line) for key, part in value.items()}
    if isinstance(value, list):
        return [_simple(part, (*path, at), line) for at, part in enumerate(value)]
    if isinstance(value, date):
        return value.isoformat()
    if words := _odd(value):
        at = line(path)
        raise UnreadableError(f"line {at}" if at else "the file", words)
    return value


def _odd(value: Any) -> str:
    """Why YAML has such a value and a checklist does not, or ""."""
    if isinstance(value, float) and not math.isfinite(value):
        return "holds a number without end (.inf or .nan)"
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return f"holds a number of over {MOST_DIGITS} digits"
    return "holds binary data" if isinstance(value, bytes) else ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError
    return found


def _refuse_constant(name: str) -> Any:
    raise _OddError(name, f"{name} is not a JSON number")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        words = f"{digits[:20]}… has over {MOST_DIGITS} digits"
        raise _OddError(digits, words)
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _OddError(digits, f"{digits[:40]} is too large a number")
    return number


def _is_deep(value: Any) -> bool:
    level = [value] if type(value) in _HOLDERS else []
    for _ in range(MOST_DEPTH):
        if not level:
            return False
        level = [
            part
            for held in level
            for part in (held.values() if type(held) is dict else held)
            if type(part) in _HOLDERS
        ]
    return True


_HOLDERS = {dict, list}


def _too_deep(text: str) -> UnreadableError:
    depth, words = 0, f"is nested deeper than {MOST_DEPTH} levels"
    for found in re.finditer(rf"{_TEXT}|[\[{{}}\]]", text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > MOST_DEPTH:
            return UnreadableError(_line_at(text, found.start()), words)
    return UnreadableError("the file", words)


def _twice(text: str) -> UnreadableError:
    """Names the first key that its object has already, with the line."""
    within: list[set[str]] = []
    place, key = 0, ""
    for found in re.finditer(rf"({_TEXT})(\s*:)?|[\[{{}}\]]", text):
        if found[2]:
            place, key = found.start(), json.loads(found[1])
            if key in within[-1]:
                break
            within[-1].add(key)
        elif found[0] in "[{":
            within.append(set())
        elif found[0] in "]}":
            within.pop()
    where = f"{_line_at(text, place)}, key {key[:60]!r}"
    return UnreadableError(where, "appears twice in one object")


def _place_of(sign: str, text: str) -> str:
    """The line of a number as it is written, where it is not in a text."""
    pattern = rf"{_TEXT}|(?<![\w.+-])({re.escape(sign)})(?![\w.])"
    found = (one for one in re.finditer(pattern, text) if one[1])
    return _line_at(text, next(found).start())


def _line_at(text: str, place: int) -> str:
    return f"line {text.count('\n', 0, place) + 1}"
