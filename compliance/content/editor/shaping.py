"""The buttons of a form with rules: changes of the typed values, before they are saved.
Pure.

A button says ``area verb place``: "if group -1" puts a group into the rule "if", "date
up 2" moves the third day, "row" is the table of a gate. Typed values of a row go where
the row goes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from compliance.content.applicability.rule_trees import MOST_GROUPS
from compliance.content.checklists.limits import MOST_OF_TABLE, MOST_ROWS

Fields = dict[str, list[str]]
"""The fields of one row: names after the row's number, with their values."""
FIRST = {"date": "on", "until": "on", "row": "effect", "follows": "pick"}
"""The first field of a row, by area."""
GONE = "That row no longer exists"


class ShapeError(ValueError):
    """The request of a button cannot be met; the text says why."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """The area that changed, and the id to continue with."""

    area: str
    focus: str


def shape(data: Any, asked: str) -> Shaped:
    """Do what a button asks for to a posted form, in place.

    Raises ``ShapeError`` in words; then nothing is changed.
    """
    area, verb, place = [*asked.split(" ", 2), "", ""][:3]
    is_rule = re.fullmatch(r"if|([a-z]+)-\d{1,2}-when", area)
    act = _RULE if is_rule else _TABLE
    if not is_rule and area not in MOST_OF_TABLE:
        msg = "This button is not known here; load the page again"
        raise ShapeError(msg)
    rows = _rows(data, area)
    is_there = re.fullmatch(r"-1|\d{1,2}", place) and int(place) < len(rows)
    if verb not in act or not is_there:
        raise ShapeError(GONE)
    if verb == "add" and len(rows) >= MOST_OF_TABLE[area][0]:
        raise ShapeError(MOST_OF_TABLE[area][1])
    focus = act[verb](rows, int(place))
    focus += FIRST[area] if verb == "add" else ""
    _put(data, area, rows)
    return Shaped(area, f"{area}-{focus}")


def _rows(data: Any, area: str) -> list[Fields]:
    """The rows of an area in order; those that say nothing are there, too."""
    count = data.get(f"{area}-rows", "0")
    total = min(int(count), MOST_ROWS) if re.fullmatch(r"\d{1,3}", count) else 0
    rows: list[Fields] = [{} for _ in range(total)]
    pattern = re.compile(rf"{re.escape(area)}-(\d{{1,3}})-(.+)", re.DOTALL)
    for name in data:
        if (match := pattern.fullmatch(name)) and int(match[1]) < total:
            rows[int(match[1])][match[2]] = data.getlist(name)
    return rows


def _put(data: Any, area: str, rows: list[Fields]) -> None:
    pattern = re.compile(rf"{re.escape(area)}-\d{{1,3}}-")
    for name in [name for name in data if pattern.match(name)]:
        del data[name]
    data[f"{area}-rows"] = str(len(rows))
    for at, row in enumerate(rows):
        for name, values in row.items():
            data.setlist(f"{area}-{at}-{name}", values)


def _depth(row: Fields) -> int:
    depth = row.get("depth", ["0"])[-1]
    return int(depth) if re.fullmatch(r"\d{1,2}", depth) else 0


def _is_group(row: Fields) -> bool:
    return bool(row.get("join", [""])[-1])


def _end(rows: list[Fields], at: int) -> int:
    """Behind the last row that is in the same block: a group takes its parts along."""
    end = at + 1
    while end < len(rows) and _depth(rows[end]) > _depth(rows[at]):
        end += 1
    return end


def _add(rows: list[Fields], at: int, join: str) -> int:
    """A condition or a group, at the end of a group, or of the rule (-1)."""
    if at >= 0 and not _is_group(rows[at]):
        msg = "A condition holds no others; add a group first"
        raise ShapeError(msg)
    depth = 0 if at < 0 else _depth(rows[at]) + 1
    if join and depth >= MOST_GROUPS:
        msg = f"Groups can be nested at most {MOST_GROUPS} deep"
        raise ShapeError(msg)
    if len(rows) >= MOST_ROWS:
        msg = f"A rule has at most {MOST_ROWS} conditions and groups"
        raise ShapeError(msg)
    end = len(rows) if at < 0 else _end(rows, at)
    rows.insert(end, {"depth": [str(depth)], "join": [join], "test": ["is"]})
    return end


def _condition(rows: list[Fields], at: int) -> str:
    return f"{_add(rows, at, '')}-fact"


def _fact(rows: list[Fields], at: int) -> str:
    """Another fact in a condition: the answers of the one before go."""
    _there(at)
    fact = rows[at].get("fact", [""])[-1]
    picks = rows[at].get("picks", [])
    rows[at]["picks"] = [pick for pick in picks if pick.startswith(f"{fact}=")]
    return f"{at}-fact"


def _group(rows: list[Fields], at: int) -> str:
    return f"{_add(rows, at, 'any')}-join"


def _remove(rows: list[Fields], at: int) -> str:
    _there(at)
    del rows[at : _end(rows, at)]
    return f"{min(at, len(rows) - 1)}-remove" if rows else "condition"


def _there(at: int) -> None:
    if at < 0:
        raise ShapeError(GONE)


def _up(rows: list[Fields], at: int) -> str:
    """Before the row above; into the group above, at its end; or out of its own."""
    _there(at)
    block = rows[at : _end(rows, at)]
    depth = _depth(rows[at])
    above = at - 1
    while above >= 0 and _depth(rows[above]) > depth:
        above -= 1
    if above < 0:
        return f"{at}-up"
    is_in = _depth(rows[above]) == depth and _is_group(rows[above])
    del rows[at : at + len(block)]
    if is_in and _fits(block, depth + 1):
        _deepen(block, 1)
        target = at
    else:
        _deepen(block, _depth(rows[above]) - depth)
        target = above
    rows[target:target] = block
    return f"{target}-up"


def _down(rows: list[Fields], at: int) -> str:
    """Behind the row below; into the group below, at its start; or out of its own."""
    _there(at)
    end = _end(rows, at)
    block, depth = rows[at:end], _depth(rows[at])
    is_last = end == len(rows) or _depth(rows[end]) < depth
    if is_last and depth == 0:
        return f"{at}-down"
    if is_last:
        _deepen(block, -1)
        return f"{at}-down"
    is_in = _is_group(rows[end]) and _fits(block, depth + 1)
    target = end + 1 if is_in else _end(rows, end)
    rows[target:target] = block
    del rows[at:end]
    if is_in:
        _deepen(block, 1)
    return f"{target - len(block)}-down"


def _fits(block: list[Fields], depth: int) -> bool:
    """Whether a block may stand so deep with the groups it has."""
    more = depth - _depth(block[0])
    return all(_depth(row) + more < MOST_GROUPS for row in block if _is_group(row))


def _deepen(block: list[Fields], by: int) -> None:
    for row in block:
        row["depth"] = [str(_depth(row) + by)]


def _add_row(rows: list[Fields], _: int) -> str:
    """A row before the first one that always counts: none behind that one would."""
    where = [n for n, row in enumerate(rows) if row.get("when-rows", ["0"]) == ["0"]]
    at = where[0] if where else len(rows)
    rows.insert(at, {"when-rows": ["0"], "when-match": ["all"]})
    return f"{at}-"


def _remove_row(rows: list[Fields], at: int) -> str:
    _there(at)
    del rows[at]
    return f"{min(at, len(rows) - 1)}-remove" if rows else "add"


def _step(rows: list[Fields], at: int, by: int) -> int:
    _there(at)
    to = min(max(at + by, 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    return to


_RULE: dict[str, Callable[[list[Fields], int], str]] = {
    "condition": _condition,
    "group": _group,
    "fact": _fact,
    "remove": _remove,
    "up": _up,
    "down": _down,
}
_TABLE: dict[str, Callable[[list[Fields], int], str]] = {
    "add": _add_row,
    "remove": _remove_row,
    "up": lambda rows, at: f"{_step(rows, at, -1)}-up",
    "down": lambda rows, at: f"{_step(rows, at, 1)}-down",
}
