"""Describes the changes of a question: rules as sentences, dates as days. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.content.applicability.rules import FactWords, choice_words, sentence
from compliance.content.checklists.choices import ChangeKind, QuestionKind
from compliance.content.checklists.diff import Diff, Document, Item, Runs, word_diff
from compliance.content.checklists.translations import name_of

Words = Mapping[str, FactWords]
GUIDANCE = {
    "good": "A good answer shows",
    "how_to_check": "How to check",
    "when_partly": "When partly",
    "common_mistake": "Common mistake",
    "evidence_hints": "Evidence",
    "remedy": "Remedy",
    "background": "Background",
    "related": "Related questions",
}
BOUNDS = {
    "at_least": "at least %(n)s",
    "at_most": "at most %(n)s",
    "partly_at_least": "partly from %(n)s",
    "partly_at_most": "partly up to %(n)s",
    "unit": "unit %(n)s",
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


def _english(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


@dataclass(frozen=True, slots=True)
class Language:
    """The language in which changes are described: its words, its days, its numbers.

    Words of an edition stay as they are written.
    """

    say: Callable[[str], str] = str
    day: Callable[[date], str] = _english
    number: Callable[[float], str] = str


ENGLISH = Language()


@dataclass(frozen=True, slots=True)
class ChangeList:
    """The changes between two editions, for people."""

    old: Document
    new: Document
    language: Language = ENGLISH

    def rows(self, diff: Diff) -> list[Row]:
        """The questions that changed, each with its details."""
        return [Row(item, self.details(item)) for item in diff.changed]

    def details(self, item: Item) -> tuple[Detail, ...]:
        """Changes besides the wording; nothing for an added or removed question."""
        if item.old is None or item.new is None:
            return ()
        found = [
            Detail(label, word_diff(old, new))
            for kind, describe in _DESCRIBE.items()
            if item.has(kind)
            for label, old, new in _pairs(
                describe(item.old, self.old, self.language),
                describe(item.new, self.new, self.language),
            )
            if old != new
        ]
        return tuple(found)


def _pairs(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    return [(name, old.get(name, ""), new.get(name, "")) for name in {**old, **new}]


def _title(question: Document, _edition: Document, language: Language) -> dict[str, str]:
    _ = language.say
    return {_("Short name"): question["title"]}


def _kind(question: Document, edition: Document, language: Language) -> dict[str, str]:
    _ = language.say
    kind = _(QuestionKind(question["kind"]).label)
    return {_("Kind of answer"): kind} | _choices(question, edition, language)


def _choices(question: Document, _edition: Document, language: Language) -> dict[str, str]:
    _ = language.say
    labels = [choice["label"] for choice in question["choices"]]
    bounds = question["number"] or {}
    limits = [
        _(pattern) % {"n": _shown(bounds[name], language)}
        for name, pattern in BOUNDS.items()
        if name in bounds
    ]
    return {_("Choices"): "; ".join(labels), _("Bounds"): ", ".join(limits)}


def _rule(question: Document, edition: Document, language: Language) -> dict[str, str]:
    _ = language.say
    roles = edition["edition"]["roles"]
    rule = question["rule"]
    applies = sentence(rule, _words(edition), _) if rule else _("always")
    binds = ", ".join(roles.get(key, key) for key in question["binds"])
    return {_("Applies when"): applies, _("Binds"): binds}


def _starts(question: Document, edition: Document, language: Language) -> dict[str, str]:
    _ = language.say
    from_days = _days(question["applies_from"], edition, language)
    until = _days(question.get("applies_until") or (), edition, language)
    found = {_("Binds from"): "; ".join(from_days) or _("now")}
    return found | ({_("Binds until"): "; ".join(until)} if until else {})


def _days(entries: Iterable[Document], edition: Document, language: Language) -> list[str]:
    """Days in words, each with its rule."""
    _, words, days = language.say, _words(edition), []
    for entry in entries:
        day = language.day(date.fromisoformat(entry["date"]))
        if entry.get("when"):
            rule = sentence(entry["when"], words, _)
            day = _("%(day)s if %(rule)s") % {"day": day, "rule": rule}
        days.append(day)
    return days


def _weight(question: Document, _edition: Document, language: Language) -> dict[str, str]:
    _ = language.say
    found = {_("Weight"): str(question["weight"])}
    is_yardstick = question.get("yardstick")
    return found | ({_("Yardstick"): _("no legal threshold")} if is_yardstick else {})


def _section(question: Document, edition: Document, language: Language) -> dict[str, str]:
    _ = language.say
    for section in edition["sections"]:
        if any(one["key"] == question["key"] for one in section["questions"]):
            return {_("Section"): section["title"]}
    return {_("Section"): ""}


def _guidance(question: Document, _edition: Document, language: Language) -> dict[str, str]:
    return {language.say(label): _text(question[name]) for name, label in GUIDANCE.items()}


def _translations(question: Document, _edition: Document, language: Language) -> dict[str, str]:
    return {
        f"{code}, {name_of(name, question, language.say)}": _text(said["text"])
        for code, words in (question.get("translations") or {}).items()
        for name, said in words.items()
    }


def _shown(value: Any, language: Language) -> str:
    return value if isinstance(value, str) else language.number(value)


def _text(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else str(value)


Describe = Callable[[Document, Document, Language], dict[str, str]]
_DESCRIBE: Mapping[ChangeKind, Describe] = {
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
    return {fact["key"]: FactWords(fact["label"], choice_words(fact["choices"])) for fact in edition["facts"]}
