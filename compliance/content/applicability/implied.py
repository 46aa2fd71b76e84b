"""Facts that follow from other facts. Pure.

A fact may have ``implies``, a list of ``{"fact", "value", "when", "because"}``: where
the rule ``when`` holds (without one: where this fact is "yes"), the other fact has that
choice as well. An implied fact may imply more; nothing may lead back to itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.content.applicability.choices import FactKind
from compliance.content.applicability.rules import Facts, Sure, holds, uses

Node = tuple[str, str]
"""A fact and one of its choices; of a fact that has one answer the choice is ""."""


@dataclass(frozen=True, slots=True)
class Implication:
    """Where ``when`` holds, ``fact`` has the choice ``value``, because of a sentence."""

    fact: str
    value: str
    when: Mapping[str, Any]
    because: str
    place: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """A choice that follows though the fact was answered otherwise."""

    fact: str
    value: str
    because: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Facts with all that follows from them.

    ``links`` has, by fact, what follows from what; a fact with a clash counts as not
    known, so that no duty is lost by it.
    """

    facts: Facts
    links: Mapping[str, tuple[Implication, ...]]
    clashes: tuple[Clash, ...]


def implications(facts: Iterable[Mapping[str, Any]]) -> tuple[Implication, ...]:
    """The implications of the facts of a document, as they are written."""
    return tuple(
        Implication(
            entry["fact"],
            entry["value"],
            entry.get("when") or {fact["key"]: "yes"},
            entry["because"],
            ("facts", at, "implies", to),
        )
        for at, fact in enumerate(facts)
        for to, entry in enumerate(fact.get("implies") or ())
    )


def facts_of(entry: Mapping[str, Any]) -> set[str]:
    """The keys of the facts that an entry of ``implies`` names."""
    return {entry["fact"], *uses(entry.get("when"))}


def in_order(
    found: Iterable[Implication], kinds: Mapping[str, str]
) -> tuple[tuple[Implication, ...], tuple[Implication, ...]]:
    """The implications with each behind all that it rests on, and those in a circle."""
    left, done = list(found), []
    while left:
        targets = {_target(one, kinds) for one in left}
        free = [one for one in left if targets.isdisjoint(_premises(one.when, kinds))]
        if not free:
            break
        done += free
        left = [one for one in left if one not in free]
    return tuple(done), tuple(left)


def close(facts: Facts, ordered: Sequence[Implication], kinds: Mapping[str, str]) -> Closed:
    """All that follows from the facts; ``ordered`` as ``in_order`` gives it.

    An implication that is open leaves its choice open, too.
    """
    known: dict[str, list[str] | None] = dict(facts)
    links: dict[str, tuple[Implication, ...]] = {}
    clashes: list[Clash] = []
    for one in ordered:
        value = holds(dict(one.when), known)
        chosen = known.get(one.fact)
        is_several = kinds.get(one.fact) == FactKind.SEVERAL
        if value is None and is_several:
            known[one.fact] = _opened(chosen, one.value)
        if value is not True or (chosen is not None and one.value in chosen):
            continue
        is_clash = chosen is not None and not (is_several and chosen)
        if is_clash:
            clashes.append(Clash(one.fact, one.value, one.because))
        links[one.fact] = (*links.get(one.fact, ()), one)
        if is_several:
            known[one.fact] = _with(None if is_clash else chosen, one.value)
        else:
            is_lost = any(clash.fact == one.fact for clash in clashes)
            known[one.fact] = None if is_lost else [one.value]
    return Closed(known, links, tuple(clashes))


def _with(chosen: list[str] | None, value: str) -> list[str]:
    if chosen is None:
        return Sure([value])
    if isinstance(chosen, Sure):
        return Sure([*chosen, value], chosen.maybe)
    return [*chosen, value]


def _opened(chosen: list[str] | None, value: str) -> list[str] | None:
    """A fact of which one choice more may hold."""
    if chosen is None or value in chosen:
        return chosen
    maybe = chosen.maybe if isinstance(chosen, Sure) else frozenset()
    return Sure(chosen, None if maybe is None else maybe | {value})


def _target(one: Implication, kinds: Mapping[str, str]) -> Node:
    return _node(one.fact, one.value, kinds)


def _node(fact: str, choice: str, kinds: Mapping[str, str]) -> Node:
    return (fact, choice if kinds.get(fact) == FactKind.SEVERAL else "")


def _premises(rule: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[Node]:
    for key, value in rule.items():
        if key in {"all", "any"}:
            for part in value:
                yield from _premises(part, kinds)
        elif key == "not":
            yield from _premises(value, kinds)
        else:
            for choice in value if isinstance(value, list) else [value]:
                yield _node(key, choice, kinds)
