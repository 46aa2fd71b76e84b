"""What changed in a question, in words: rules as sentences, dates as days. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.checklists.choices import ChangeKind, QuestionKind
from compliance.checklists.diff import Diff, Document, Item, Runs, word_diff
from compliance.checklists.rules import FactWords, choice_words, sentence
from compliance.checklists.translations import name_of

Words = Mapping[str, FactWords]
GUIDANCE = {
    "good": "What good looks like",
    "how_to_check": "How to check",
    "when_partly": "When partly",
    "common_mistake": "Common mistake",
    "evidence_hints": "Evidence",
    "remedy": "Remedy",
    "related": "Related questions",
}


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that changed: what it is called, and both texts compared."""

    label: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class Row:
    """A question with what changed in it besides its wording."""

    item: Item
    details: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells the changes between two editions."""

    old: Document
    new: Document

    def rows(self, diff: Diff) -> list[Row]:
        """The questions that changed, each with its details."""
        return [Row(item, self.details(item)) for item in diff.changed]

    def details(self, item: Item) -> tuple[Detail, ...]:
        """What changed besides the wording; nothing for an added or removed question."""
        if item.old is None or item.new is None:
            return ()
        found = [
            Detail(label, word_diff(old, new))
            for kind, tell in _TELLING.items()
            if item.has(kind)
            for label, old, new in _pairs(
                tell(item.old, self.old), tell(item.new, self.new)
            )
            if old != new
        ]
        return tuple(found)


def _pairs(
    old: Mapping[str, str], new: Mapping[str, str]
) -> Iterable[tuple[str, str, str]]:
    return [(name, old.get(name, ""), new.get(name, "")) for name in {**old, **new}]


def _title(question: Document, _: Document) -> dict[str, str]:
    return {"Short name": question["title"]}


def _kind(question: Document, edition: Document) -> dict[str, str]:
    kind = QuestionKind(question["kind"]).label
    return {"Answered by": kind} | _choices(question, edition)


def _choices(question: Document, _: Document) -> dict[str, str]:
    labels = [choice["label"] for choice in question["choices"]]
    bounds = question["number"] or {}
    return {
        "Choices": "; ".join(labels),
        "Bounds": ", ".join(
            f"{name.replace('_', ' ')} {bounds[name]}" for name in sorted(bounds)
        ),
    }


def _rule(question: Document, edition: Document) -> dict[str, str]:
    words = _words(edition)
    roles = edition["edition"]["roles"]
    rule = question["rule"]
    return {
        "Applies when": sentence(rule, words) if rule else "always",
        "Binds": ", ".join(roles.get(key, key) for key in question["binds"]),
    }


def _starts(question: Document, edition: Document) -> dict[str, str]:
    words = _words(edition)
    days = []
    for entry in question["applies_from"]:
        day = date.fromisoformat(entry["date"])
        when = f" if {sentence(entry['when'], words)}" if entry.get("when") else ""
        days.append(f"{day.day} {day:%b %Y}{when}")
    return {"Binds from": "; ".join(days) or "now"}


def _weight(question: Document, _: Document) -> dict[str, str]:
    return {"Weight": str(question["weight"])}


def _section(question: Document, edition: Document) -> dict[str, str]:
    for section in edition["sections"]:
        if any(one["key"] == question["key"] for one in section["questions"]):
            return {"Section": section["title"]}
    return {"Section": ""}


def _guidance(question: Document, _: Document) -> dict[str, str]:
    return {label: _text(question[name]) for name, label in GUIDANCE.items()}


def _translations(question: Document, _: Document) -> dict[str, str]:
    return {
        f"{code}, {name_of(name, question)}": _text(said["text"])
        for code, words in (question.get("translations") or {}).items()
        for name, said in words.items()
    }


def _text(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else str(value)


_TELLING: Mapping[ChangeKind, Callable[[Document, Document], dict[str, str]]] = {
    ChangeKind.RETYPED: _kind,
    ChangeKind.CHOICES: _choices,
    ChangeKind.REWORDED: _title,
    ChangeKind.RULE: _rule,
    ChangeKind.STARTS: _starts,
    ChangeKind.WEIGHT: _weight,
    ChangeKind.MOVED: _section,
    ChangeKind.GUIDANCE: _guidance,
    ChangeKind.TRANSLATED: _translations,
}


def _words(edition: Document) -> dict[str, FactWords]:
    return {
        fact["key"]: FactWords(fact["label"], choice_words(fact["choices"]))
        for fact in edition["facts"]
    }
