"""What stands in the way of publishing an edition, and what is worth a second look. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product
from math import prod
from typing import Any

from compliance.checklists import rules, translations
from compliance.checklists.choices import CiteState, FactKind, QuestionKind
from compliance.checklists.rules import RuleError
from compliance.web.languages import language_name

Document = Mapping[str, Any]
"""An edition, or a part of one, as ``content.document`` gives it."""
CHOICE_KINDS = {QuestionKind.STAGE, QuestionKind.CHOICE, QuestionKind.CHOICES}
MOST_CASES = 5000
"""Beyond so many combinations of facts nobody says that a rule can never hold."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as the legal index knows it; ``successor`` stands in for what is gone."""

    cite: str
    state: CiteState
    applies_from: date | None = None
    successor: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put right; ``place`` is the key of a question, "" for the edition.

    ``where`` says what to open: "question", "facts", "head", "outline" or
    "translations".
    """

    text: str
    is_blocking: bool
    place: str = ""
    where: str = "question"


def items(document: Document, law: Mapping[str, Cited]) -> list[Item]:
    """All that is open, what blocks first. ``law`` knows every citation."""
    known = {
        fact["key"]: {c["key"] for c in fact["choices"]} or {"yes", "no"}
        for fact in document["facts"]
    }
    found = [*_head(document), *_facts(document)]
    for question in questions(document):
        found += _question(question, document, known, law)
    found += _repeats(document)
    found += _translations(document)
    return sorted(found, key=lambda item: not item.is_blocking)


def _translations(document: Document) -> Iterator[Item]:
    named = translations.languages(document)
    found = translations.parts(document, "", "") if named else []
    for row in translations.progress(found, named):
        told = [(row.missing, "not translated"), (row.stale, "older than the original")]
        words = [f"{n:,} text{'s'[: n != 1]} {what}" for n, what in told if n]
        if words:
            text = f"{language_name(row.language)}: {', '.join(words)}."
            yield Item(text, is_blocking=False, where="translations")


def questions(document: Document) -> Iterator[Document]:
    """Every question in order."""
    for section in document["sections"]:
        yield from section["questions"]


def _head(document: Document) -> Iterator[Item]:
    notes = document["edition"]["release_notes"].strip()
    if not notes:
        text = "Say in two sentences what is new: the release notes are empty."
        yield Item(text, is_blocking=True, where="head")
    elif sum(notes.count(mark) for mark in ".!?。") < 2:
        text = "The release notes are shorter than two sentences."
        yield Item(text, is_blocking=False, where="head")
    if not any(True for _ in questions(document)):
        yield Item("The edition asks nothing yet.", is_blocking=True, where="outline")
    for section in document["sections"]:
        if not section["questions"]:
            text = f"Section “{section['title']}” is empty."
            yield Item(text, is_blocking=False, where="outline")


def _facts(document: Document) -> Iterator[Item]:
    used: set[str] = set()
    for question in questions(document):
        used.update(facts_of(question))
        if question["binds"]:
            used.add(document["edition"]["role_fact"])
    for fact in document["facts"]:
        if fact["key"] not in used:
            text = f"The fact “{fact['label']}” decides nothing."
            yield Item(text, is_blocking=False, where="facts")
        if fact["kind"] != FactKind.YESNO and not fact["choices"]:
            text = f"The fact “{fact['label']}” has no choices."
            yield Item(text, is_blocking=True, where="facts")


def facts_of(question: Document) -> set[str]:
    """The keys of the facts that decide whether a question applies, and from when."""
    named = {*rules.uses(question["rule"])}
    for entry in question["applies_from"]:
        named.update(rules.uses(entry.get("when")))
    return named


def _question(
    question: Document,
    document: Document,
    known: Mapping[str, set[str]],
    law: Mapping[str, Cited],
) -> Iterator[Item]:
    key = question["key"]
    for cite in question["cites"]:
        if text := _cite_fault(law.get(cite) or Cited(cite, CiteState.UNKNOWN)):
            yield Item(text, is_blocking=True, place=key)
    for text in (*_kind_faults(question), *_rule_faults(question, document, known)):
        yield Item(text, is_blocking=True, place=key)
    if not any(question[name] for name in ("good", "how_to_check", "background")):
        yield Item("There is no guidance.", is_blocking=False, place=key)


def _cite_fault(found: Cited) -> str:
    if found.state == CiteState.UNKNOWN:
        return f"{found.cite} is not in the legal index."
    if found.state == CiteState.GONE:
        instead = f" Cite {found.successor} instead." if found.successor else ""
        return f"{found.cite} is repealed.{instead}"
    return ""


def _kind_faults(question: Document) -> Iterator[str]:
    if question["kind"] in CHOICE_KINDS and len(question["choices"]) < 2:
        yield "It is answered by a choice and offers fewer than two."
    if question["kind"] == QuestionKind.NUMBER and not question["number"]:
        yield "It is answered by a number and has no bounds."


def _rule_faults(
    question: Document, document: Document, known: Mapping[str, set[str]]
) -> Iterator[str]:
    asked = [question["rule"], *(e.get("when") for e in question["applies_from"])]
    for rule in asked:
        if rule:
            try:
                rules.check(rule, known)
            except RuleError as error:
                yield f"Its rule cannot be read: {error}."
                return
    edition = document["edition"]
    if strange := [role for role in question["binds"] if role not in edition["roles"]]:
        yield f"It binds {strange[0]}, and there is no such role."
        return
    binds = rules.bound(question["binds"], edition["role_fact"])
    if not can_hold([rule for rule in (question["rule"], binds) if rule], document):
        yield "No answer to the facts makes it apply."


def can_hold(wanted: list[dict[str, Any]], document: Document) -> bool:
    """Whether some answer to the facts makes all rules hold; True when there are too many."""
    names = {name for rule in wanted for name in rules.uses(rule)}
    facts = [fact for fact in document["facts"] if fact["key"] in names]
    cases = [list(_cases(fact)) for fact in facts]
    if prod(map(len, cases)) > MOST_CASES:
        return True
    keys = [fact["key"] for fact in facts]
    return any(
        all(rules.holds(rule, dict(zip(keys, case, strict=True))) for rule in wanted)
        for case in product(*cases)
    )


def _cases(fact: Document) -> Iterator[list[str]]:
    """The answers a fact can have: none of its choices, one, or any number."""
    choices = [choice["key"] for choice in fact["choices"]] or ["yes", "no"]
    most = len(choices) if fact["kind"] == FactKind.SEVERAL else 1
    if 2 ** min(len(choices), most) > MOST_CASES:
        most = 2  # enough for rules that people write
    if fact["kind"] != FactKind.YESNO:
        yield []
    for size in range(1, most + 1):
        yield from map(list, combinations(choices, size))


def _repeats(document: Document) -> Iterator[Item]:
    same: defaultdict[str, list[str]] = defaultdict(list)
    for question in questions(document):
        same[" ".join(question["text"].casefold().split())].append(question["key"])
    for keys in same.values():
        for key in keys[1:]:
            text = f"It asks the same as {keys[0]}."
            yield Item(text, is_blocking=False, place=key)


def counts(found: Iterable[Item]) -> tuple[int, int]:
    """How many block, and how many do not."""
    counted = Counter(item.is_blocking for item in found)
    return counted[True], counted[False]
