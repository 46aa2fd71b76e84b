"""Applicability rules as rows of a form, and back. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One row: a fact is one of some choices, or is none of them."""

    fact: str
    choices: tuple[str, ...]
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Conditions of which all must hold, or any."""

    conditions: tuple[Condition, ...] = ()
    is_any: bool = False


def rows_of(rule: Rule | None) -> Rows | None:
    """The rows of a rule; None when it has groups that rows cannot show."""
    if not rule:
        return Rows()
    if set(rule) == {"any"}:
        parts = [list(_conditions(part)) for part in rule["any"]]
        if any(len(part) != 1 for part in parts):
            return None
        found = [part[0] for part in parts]
        conditions = [one for one in found if one]
        is_any = True
    else:
        found = list(_conditions(rule))
        conditions = [one for one in found if one]
        is_any = False
    if len(conditions) != len(found):
        return None
    return Rows(tuple(conditions), is_any and len(conditions) > 1)


def _conditions(rule: Rule) -> Iterator[Condition | None]:
    """The conditions that a rule joins with "and"; None for each that is a group."""
    for key, value in rule.items():
        if key == "all":
            for part in value:
                yield from _conditions(part)
        elif key == "any":
            yield None
        elif key == "not":
            inner = list(_conditions(value))
            one = inner[0] if len(inner) == 1 else None
            yield Condition(one.fact, one.choices, not one.is_not) if one else None
        else:
            choices = value if isinstance(value, list) else [value]
            yield Condition(key, tuple(choices))


def rule_of(conditions: Sequence[Condition], *, is_any: bool) -> Rule | None:
    """The rule that some rows make; None without any."""
    parts = [_part(one) for one in conditions]
    if len(parts) < 2:
        return parts[0] if parts else None
    return {"any" if is_any else "all": parts}


def _part(one: Condition) -> Rule:
    part: Rule = {one.fact: list(one.choices)}
    return {"not": part} if one.is_not else part


def merged(rule: Rule | None, rows: Rows) -> Rule | None:
    """The rule of some rows; the very one that stood when they say the same."""
    if rows_of(rule) == rows:
        return rule
    return rule_of(rows.conditions, is_any=rows.is_any)
