"""Applicability rules as trees of conditions and groups, as an editor shows them. Pure.

Reading a rule and writing it again gives one that says the same. A rule that nobody
changed is handed back as it was: ``kept``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Rule = dict[str, Any]
MOST_GROUPS = 5
"""So many groups an editor puts into each other; a rule from a file may have more."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact is one of some choices, or is none of them."""

    fact: str
    choices: tuple[str, ...]
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Of its parts all must hold, or any, or none: ``join`` is that word."""

    join: str = "all"
    parts: tuple["Condition | Group", ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A condition, or a group that is opened; ``depth`` counts the groups it is in."""

    depth: int
    part: Condition | Group


def tree_of(rule: Rule | None) -> Group:
    """The tree of a rule; without one it has no parts."""
    if not rule:
        return Group()
    found = _one(rule)
    return found if isinstance(found, Group) else Group("all", (found,))


def _one(rule: Rule) -> Condition | Group:
    parts = tuple(_part(key, value) for key, value in rule.items())
    return parts[0] if len(parts) == 1 else Group("all", parts)


def _part(key: str, value: Any) -> Condition | Group:
    if key in {"all", "any"}:
        return Group(key, tuple(_one(part) for part in value))
    if key == "not":
        return _denied(_one(value))
    choices = value if isinstance(value, list) else [value]
    return Condition(key, tuple(choices))


def _denied(part: Condition | Group) -> Condition | Group:
    if isinstance(part, Condition):
        return Condition(part.fact, part.choices, not part.is_not)
    if part.join == "any":
        return Group("none", part.parts)
    return Group("none", (part,))


def rule_of(part: Condition | Group) -> Rule | None:
    """The rule that a tree makes; None where no condition is in it."""
    if isinstance(part, Condition):
        rule: Rule = {part.fact: list(part.choices)}
        return {"not": rule} if part.is_not else rule
    rules = [rule for rule in map(rule_of, part.parts) if rule]
    if not rules:
        return None
    if part.join == "none":
        return {"not": rules[0] if len(rules) == 1 else {"any": rules}}
    return rules[0] if len(rules) == 1 else {part.join: rules}


def kept(group: Group, stood: Iterable[Rule | None]) -> Rule | None:
    """The rule of a tree: one of those that stood where it says the same."""
    for rule in stood:
        if _plain(tree_of(rule)) == _plain(group):
            return rule
    return rule_of(group)


def _plain(part: Condition | Group) -> Condition | Group:
    """The order of the choices, and the word that joins one part, say nothing."""
    if isinstance(part, Condition):
        return Condition(part.fact, tuple(sorted(part.choices)), part.is_not)
    parts = tuple(map(_plain, part.parts))
    lone = len(parts) < 2 and part.join != "none"
    return Group("all" if lone else part.join, parts)


def rows_of(group: Group, depth: int = 0) -> Iterator[Row]:
    """The rows of a group, each group before its own parts."""
    for part in group.parts:
        yield Row(depth, part)
        if isinstance(part, Group):
            yield from rows_of(part, depth + 1)


def group_of(join: str, rows: Iterable[Row]) -> Group:
    """The tree of some rows; the parts of the groups among them are rows, too.

    A row that is deeper than its place allows goes into the last group above it; a
    group without a condition goes.
    """
    open_groups: list[tuple[str, list[Condition | Group]]] = [(join, [])]

    def close() -> None:
        word, parts = open_groups.pop()
        if parts:
            open_groups[-1][1].append(Group(word, tuple(parts)))

    for row in rows:
        while len(open_groups) > max(row.depth, 0) + 1:
            close()
        if isinstance(row.part, Group):
            open_groups.append((row.part.join, []))
        else:
            open_groups[-1][1].append(row.part)
    while len(open_groups) > 1:
        close()
    return Group(join, tuple(open_groups[0][1]))
