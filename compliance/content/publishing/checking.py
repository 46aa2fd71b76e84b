"""Obstacles to publishing an edition, and points worth a second look. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from compliance.content.applicability import rules
from compliance.content.applicability.choices import FactKind
from compliance.content.checklists import soundness, translations
from compliance.content.checklists.choices import QuestionKind
from compliance.content.checklists.scales import Path
from compliance.content.legal_index.choices import CiteState
from compliance.content.legal_index.cited import Cited
from compliance.ground.web.languages import language_name

Document = Mapping[str, Any]
"""An edition, or a part of one, as ``content.document`` gives it."""
WHERE = "simulator"
"""The page to open for a gate or an example."""
CHOICE_KINDS = {QuestionKind.STAGE, QuestionKind.CHOICE, QuestionKind.CHOICES}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put right; ``place`` is the key of a question, "" for the edition.

    ``where`` says what to open: "question", "facts", "head", "outline", "simulator" or
    "translations".
    """

    text: str
    is_blocking: bool
    place: str = ""
    where: str = "question"


def items(document: Document, law: Mapping[str, Cited]) -> list[Item]:
    """All that is open, what blocks first. ``law`` knows every citation."""
    found = [*_head(document), *_facts(document)]
    for question in questions(document):
        found += _question(question, document, law)
    found += _unsound(document)
    found += _repeats(document)
    found += _translations(document)
    return sorted(found, key=lambda item: not item.is_blocking)


def _translations(document: Document) -> Iterator[Item]:
    named = translations.languages(document)
    found = translations.parts(document, "", "") if named else []
    for row in translations.progress(found, named):
        counted = [
            (row.missing, "not translated"),
            (row.stale, "older than the original"),
        ]
        words = [f"{n:,} text{'s'[: n != 1]} {what}" for n, what in counted if n]
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
    used = soundness.looked_at(document)
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


def facts_of(question: Document, role_fact: str = "") -> set[str]:
    """The keys of the facts that decide whether a question applies, and from when.

    ``role_fact``, if given, decides where it binds some roles only.
    """
    named = {*rules.uses(question["rule"])}
    if role_fact and question["binds"]:
        named.add(role_fact)
    for entry in (*question["applies_from"], *question.get("applies_until", ())):
        named.update(rules.uses(entry.get("when")))
    return named


def _question(question: Document, document: Document, law: Mapping[str, Cited]) -> Iterator[Item]:
    key = question["key"]
    for cite in question["cites"]:
        if text := _cite_fault(law.get(cite) or Cited(cite, CiteState.UNKNOWN)):
            yield Item(text, is_blocking=True, place=key)
    for text in (*_kind_faults(question), *_bind_faults(question, document)):
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


def _bind_faults(question: Document, document: Document) -> Iterator[str]:
    roles = document["edition"]["roles"]
    if strange := [role for role in question["binds"] if role not in roles]:
        yield f"It binds {strange[0]}, and there is no such role."


def _unsound(document: Document) -> Iterator[Item]:
    """Rules, facts, gates and examples that cannot be relied on."""
    dangling = soundness.dangling(document)
    for path, reason in soundness.faults(document):
        if (path, reason) in dangling:
            yield Item(_named(path, document, reason), is_blocking=False, where=WHERE)
        elif path[0] == "sections":
            key = soundness.name_of(path, document)
            text = f"Its rule cannot be read: {reason}."
            if reason == soundness.NEVER_APPLIES:
                text = "No answer to the facts makes it apply."
            elif path[4:] == ("choices",):
                text = f"{capfirst(reason)}."
            yield Item(text, is_blocking=True, place=key)
        elif path[0] == "facts":
            label = document["facts"][path[1]]["label"]
            text = f"The fact “{label}”: {reason}."
            yield Item(text, is_blocking=True, where="facts")
        else:
            yield Item(_named(path, document, reason), is_blocking=True, where=WHERE)


def _named(path: Path, document: Document, reason: str) -> str:
    """A fault of a gate or of an example, with its name."""
    name = soundness.name_of(path, document)
    said = reason.rstrip(".")
    return f"{said}." if said.startswith(name) else f"{name}: {said}."


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
