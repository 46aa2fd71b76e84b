"""Merging a newer edition of the original into an own draft, question by question. Pure."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from compliance.content.applicability import implied, rules
from compliance.content.applicability.gates import covers
from compliance.content.checklists.choices import ChangeKind
from compliance.content.checklists.diff import Diff, FactChange, Item, compare
from compliance.content.checklists.translations import name_languages, united

Document = dict[str, Any]
BESIDE = {
    "subject_label": "Name of the subject",
    "subject_help": "Hint beside the name of the subject",
    "roles": "Roles",
    "role_fact": "Fact that decides the role",
    "essentials": "Short path",
    "scales": "Scales",
    "replaces": "Questions that take the place of earlier ones",
    "organisations": "Examples",
}
"""Fields of an edition that a merge leaves as they are."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A question that the original changed, and how ours stands to it.

    ``is_ours`` says that ours was changed or removed here as well: then ours is kept
    unless someone decides otherwise. Translations are no such change: those of both
    sides stay.
    """

    item: Item
    is_ours: bool
    is_missing: bool


@dataclass(frozen=True, slots=True)
class FactOffer:
    """A fact that the original changed."""

    change: FactChange
    is_ours: bool
    base: Document | None


@dataclass(frozen=True, slots=True)
class Offers:
    """All there is to choose; ``questions`` in the order of the newer edition."""

    questions: tuple[Offer, ...]
    facts: tuple[FactOffer, ...]


def offers(base: Document, theirs: Document, ours: Document) -> Offers:
    """Changes of the original from ``base`` to ``theirs`` that ours does not have yet."""
    before, now, own = (_by_key(document) for document in (base, theirs, ours))
    found = [
        Offer(
            item,
            is_ours=_plain(own.get(item.key)) != _plain(before.get(item.key)),
            is_missing=item.key not in own,
        )
        for item in _changes(base, theirs).changed
        if own.get(item.key) != now.get(item.key) or item.has(ChangeKind.MOVED)
    ]
    had, has, mine = (_facts(document) for document in (base, theirs, ours))
    facts = [
        FactOffer(
            change,
            is_ours=_plain(mine.get(change.key)) != _plain(had.get(change.key)),
            base=had.get(change.key),
        )
        for change in _changes(base, theirs).facts
        if mine.get(change.key) != has.get(change.key)
    ]
    return Offers(tuple(found), tuple(facts))


def not_offered(base: Document, theirs: Document, ours: Document) -> list[str]:
    """Names of what the original changed beside questions and facts, where ours differs.

    Nobody can choose that in a merge: a person changes it by hand.
    """
    heads = [one["edition"] for one in (base, theirs, ours)]
    found = [label for name, label in BESIDE.items() if _is_news(*(head.get(name) for head in heads))]
    was, now, own = (_gates(one) for one in (base, theirs, ours))
    found += [
        f"Gate “{(now.get(key) or was[key])['title']}”"
        for key in {**was, **now}
        if _is_news(was.get(key), now.get(key), own.get(key))
    ]
    was, now, own = (_headings(one) for one in (base, theirs, ours))
    return found + [
        f"Section “{now[key]['title']}”"
        for key in now
        if key in was and key in own and _is_news(was[key], now[key], own[key])
    ]


def _is_news(was: Any, now: Any, own: Any) -> bool:
    return (now or None) not in (was or None, own or None)


def _gates(document: Document) -> dict[str, Any]:
    return {gate["key"]: gate for gate in document["edition"].get("gates") or ()}


def _headings(document: Document) -> dict[str, Any]:
    """Each section with what its questions stand under."""
    apart = {"key", "questions", "translations"}
    return {
        section["key"]: {n: v for n, v in section.items() if v and n not in apart}
        for section in document["sections"]
    }


def _changes(base: Document, theirs: Document) -> Diff:
    return compare(base, theirs)


def merge(theirs: Document, ours: Document, offered: Offers, taken: Collection[str]) -> Document:
    """Ours with the questions and facts that are taken, by key; a fact is "fact:key".

    A question that is taken brings the facts and roles along that it needs and that
    are not here yet.
    """
    found = deepcopy(ours)
    for fact in offered.facts:
        if f"fact:{fact.change.key}" in taken:
            _take_fact(found, theirs, fact)
    for offer in offered.questions:
        if offer.item.key in taken:
            _take(found, theirs, offer.item)
    name_languages(found)
    return found


def _take_fact(found: Document, theirs: Document, offer: FactOffer) -> None:
    key = offer.change.key
    new = _facts(theirs).get(key)
    at = next((i for i, row in enumerate(found["facts"]) if row["key"] == key), None)
    if at is not None and new is not None:
        new = _with_both(new, offer.base, found["facts"][at])
    if at is None:
        found["facts"].extend([deepcopy(new)] if new else [])
    elif new is None:
        del found["facts"][at]
    else:
        found["facts"][at] = deepcopy(new)


def _take(found: Document, theirs: Document, item: Item) -> None:
    new = deepcopy(item.new)
    for section in found["sections"]:
        for at, row in enumerate(section["questions"]):
            if row["key"] == item.key:
                if new is not None:
                    new = _with_both(new, item.old, row)
                if new is None or item.has(ChangeKind.MOVED):
                    del section["questions"][at]
                else:
                    section["questions"][at] = new
                    _bring_along(found, theirs, new)
                    return
                break
    if new is not None:
        _insert(found, theirs, new)
        _bring_along(found, theirs, new)


def _insert(found: Document, theirs: Document, new: Mapping[str, Any]) -> None:
    """Behind the question that it follows there, in the same section."""
    origin = next(
        section
        for section in theirs["sections"]
        if any(row["key"] == new["key"] for row in section["questions"])
    )
    section = next((s for s in found["sections"] if s["key"] == origin["key"]), None)
    if section is None:
        section = origin | {"questions": []}
        found["sections"].insert(_section_at(found, theirs, origin["key"]), section)
    order = [row["key"] for row in origin["questions"]]
    before = set(order[: order.index(new["key"])])
    places = [i for i, row in enumerate(section["questions"]) if row["key"] in before]
    section["questions"].insert(places[-1] + 1 if places else 0, new)


def _section_at(found: Document, theirs: Document, key: str) -> int:
    order = [section["key"] for section in theirs["sections"]]
    before = set(order[: order.index(key)])
    places = [i for i, s in enumerate(found["sections"]) if s["key"] in before]
    return places[-1] + 1 if places else 0


def _bring_along(found: Document, theirs: Document, new: Mapping[str, Any]) -> None:
    edition, other = found["edition"], theirs["edition"]
    named = {*rules.uses(new["rule"])}
    for entry in (*new["applies_from"], *new.get("applies_until", ())):
        named |= {*rules.uses(entry.get("when"))}
    if new["binds"]:
        edition["role_fact"] = edition["role_fact"] or other["role_fact"]
        named.add(edition["role_fact"])
        wanted = {r: other["roles"][r] for r in new["binds"] if r in other["roles"]}
        edition["roles"] = wanted | edition["roles"]
    for gate in other.get("gates") or ():
        if covers(gate, new["key"]):
            _bring_gate(edition, other, gate, new["key"])
            for row in gate["rows"]:
                named |= {*rules.uses(row.get("when"))}
    _bring_facts(found, theirs, named)


def _bring_gate(edition: Document, other: Document, gate: Mapping[str, Any], key: str) -> None:
    """A gate before a question that is taken; one of ours with its key stays as it is."""
    ours = edition.setdefault("gates", [])
    own = next((row for row in ours if row["key"] == gate["key"]), None)
    if own is None:
        own = {n: deepcopy(v) for n, v in gate.items() if n != "all_but"}
        ours.append(own | {"questions": [key]})
        for code, words in (other.get("translations") or {}).items():
            place = f"gate.{gate['key']}."
            said = {n: deepcopy(v) for n, v in words.items() if n.startswith(place)}
            if said:
                named = edition.setdefault("translations", {})
                named[code] = said | named.get(code, {})
    elif "questions" in own and key not in own["questions"]:
        own["questions"].append(key)


def _bring_facts(found: Document, theirs: Document, named: set[str]) -> None:
    """The facts that are named and not here, and those that these rest on."""
    known, all_of = _facts(found), _facts(theirs)
    wanted = [key for key in all_of if key in named]
    for key in wanted:
        fact = all_of[key]
        for entry in fact.get("implies") or ():
            more = implied.facts_of(entry) & all_of.keys()
            wanted += sorted(more - set(wanted))
        if key not in known:
            found["facts"].append(deepcopy(fact))


def _plain(values: Any) -> Any:
    """A question or fact without its translations."""
    return values and {n: v for n, v in values.items() if n != "translations"}


def _with_both(new: Any, base: Any, ours: Any) -> dict[str, Any]:
    """Theirs, with the translations that only we have, or have changed."""
    every = [(one or {}).get("translations") for one in (base, new, ours)]
    both = united(*every)
    found: dict[str, Any] = _plain(deepcopy(new))
    return found | ({"translations": both} if both else {})


def _by_key(document: Document) -> dict[str, Any]:
    return {row["key"]: row for section in document["sections"] for row in section["questions"]}


def _facts(document: Document) -> dict[str, Any]:
    return {fact["key"]: fact for fact in document["facts"]}
