"""Organisations kept with an edition: what the law asks of them, and what the rules say. Pure.

An organisation is a mapping::

    {"key", "name", "about", "facts", "period_from",
     "must_apply": [group], "must_not_apply": [group], "contested": [group],
     "dates": [group with "from"]}

A group names its questions ("questions": [keys], "all_but": [keys] or "gate": key of a
gate) and says "because" which article says so. Expectations are worked out from the law
first; a difference is a fault of the rules, or of the reading.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.content.applicability import gates as gates_of
from compliance.content.applicability.decision import Decision, Duty, Model, decide, english
from compliance.content.applicability.implied import Closed

Document = Mapping[str, Any]
EXPECTED = ("must_apply", "must_not_apply", "contested", "dates")
"""Expectations of an organisation, in the order in which they are compared."""


@dataclass(frozen=True, slots=True)
class Result:
    """A question of an edition for one organisation.

    ``differences`` has what the law says and the rules do not, each with its reason.
    """

    key: str
    title: str
    decision: Decision
    because: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """An organisation with every question of the edition, in order."""

    organisation: Mapping[str, Any]
    closed: Closed
    results: tuple[Result, ...]

    @property
    def different(self) -> list[Result]:
        return [result for result in self.results if result.differences]

    @property
    def applying(self) -> list[Result]:
        return [result for result in self.results if result.decision.applies]


def simulate(
    document: Document,
    organisation: Mapping[str, Any],
    sections: Iterable[Mapping[str, Any]] | None = None,
) -> Simulated:
    """Run one organisation through an edition, or through some sections of it."""
    edition = document["edition"]
    model = Model.of(edition["role_fact"], document["facts"], edition.get("gates"))
    closed = model.close(organisation["facts"])
    asked = [q for part in sections or document["sections"] for q in part["questions"]]
    said = _said(organisation, [q["key"] for q in asked], edition.get("gates") or ())
    day = organisation.get("period_from")
    period_from = date.fromisoformat(day) if day else None
    results = []
    for question in asked:
        decision = decide(Duty.in_document(question), model, closed, period_from=period_from)
        expected = said.get(question["key"], [])
        results.append(
            Result(
                question["key"],
                question["title"],
                decision,
                tuple(group["because"] for _, group in expected),
                tuple(_differences(decision, expected)),
            )
        )
    return Simulated(organisation, closed, tuple(results))


def differing(document: Document, key: str) -> list[tuple[str, str]]:
    """Differences between examples and rules for one question: name and difference."""
    sections = [
        section | {"questions": [q for q in section["questions"] if q["key"] == key]}
        for section in document["sections"]
    ]
    return [
        (one["name"], text)
        for one in document["edition"].get("organisations") or ()
        for result in simulate(document, one, sections).different
        for text in result.differences
    ]


def keys_of(group: Mapping[str, Any], asked: Iterable[str], gates: Iterable[gates_of.Gate]) -> list[str]:
    """The questions that a group names, in the order of the edition."""
    if "questions" in group:
        return [key for key in asked if key in group["questions"]]
    if "gate" in group:
        gate = next((it for it in gates if it["key"] == group["gate"]), None)
        return [key for key in asked if gate and gates_of.covers(gate, key)]
    return [key for key in asked if key not in group.get("all_but", ())]


Expected = tuple[str, Mapping[str, Any]]


def _said(
    organisation: Mapping[str, Any], asked: list[str], gates: Iterable[gates_of.Gate]
) -> dict[str, list[Expected]]:
    gates = list(gates)
    found: dict[str, list[Expected]] = {}
    for name in EXPECTED:
        for group in organisation.get(name) or ():
            for key in keys_of(group, asked, gates):
                found.setdefault(key, []).append((name, group))
    return found


def _differences(decision: Decision, expected: Iterable[Expected]) -> Iterator[str]:
    for name, group in expected:
        because = group["because"].rstrip(".")
        reason = decision.reason or "There is nothing to decide."
        if name == "must_apply" and not decision.applies:
            yield f"must apply ({because}) and does not: {reason}"
        elif name == "must_not_apply" and decision.applies:
            yield f"must not apply ({because}) and does: {reason}"
        elif name == "contested" and not decision.is_contested:
            yield f"must be contested ({because}) and is not: {reason}"
        elif name == "dates" and not decision.applies:
            yield f"must bind {_since(group)} ({because}) and does not apply: {reason}"
        elif name == "dates" and _day(decision) != group.get("from"):
            found = english(decision.binds_from) if decision.binds_from else "now"
            yield f"must bind {_since(group)} ({because}), not from {found}: {reason}"


def _day(decision: Decision) -> str | None:
    return decision.binds_from.isoformat() if decision.binds_from else None


def _since(group: Mapping[str, Any]) -> str:
    day = group.get("from")
    return f"from {english(date.fromisoformat(day))}" if day else "now"
