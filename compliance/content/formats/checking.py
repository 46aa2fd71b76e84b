"""Whether what was read can be a checklist: its shape first, then what must hold across.

Every fault is reported with its place in the file.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from compliance.content.applicability import rule_trees, rules
from compliance.content.checklist_schema.applicability import plain, replaced
from compliance.content.checklist_schema.fault_places import reason_of
from compliance.content.checklist_schema.head import fact_values
from compliance.content.checklist_schema.rating import rated
from compliance.content.checklist_schema.words import RENAMED, Part
from compliance.content.checklists import soundness
from compliance.content.checklists.limits import MOST_ROWS
from compliance.content.checklists.translations import ORIGINAL
from compliance.content.formats.findings import Found, Notes, Path, Where
from compliance.content.formats.limits import (
    MOST_BESIDE,
    MOST_EXTRA,
    MOST_QUESTIONS,
)
from compliance.content.formats.shape import (
    DocumentShape,
    HeadShape,
    QuestionShape,
)
from compliance.content.formats.translated import Settling
from compliance.ground.web.text import FORBIDDEN

YESNO = {"yes", "no"}
_HEAD = ("title", "summary", "theme")
_WORDS = {new: old for old, new in RENAMED.items()} | {"checklist": "key"}
"""Field to the word that files have for it."""


def found_in(
    kind: str,
    head: dict[str, Any],
    document: dict[str, Any],
    notes: Notes,
    where: Where,
    *,
    called: Where = lambda _: "",
) -> Found:
    """A ``Found`` whose document fits, or one with every fault and without it.

    ``called`` has the word that the file itself has for what a path names, or "".
    """
    words = {name: head.get(name) or "" for name in _HEAD}
    top = _shaped(
        HeadShape,
        words,
        notes,
        lambda path: where(("head", *path)),
        lambda path: called(("head", *path)),
    )
    whole = _shaped(DocumentShape, document, notes, where, called)
    if isinstance(whole, DocumentShape):
        for path, reason in _faults(whole):
            notes.fault(where(path) or "the file", reason)
    if notes.has_faults or top is None or not isinstance(whole, DocumentShape):
        return notes.onto(Found(kind))
    made, lost = as_document(whole, words["title"], words["summary"])
    if unsound := soundness.broken(made):
        for path, reason in unsound:
            notes.fault(where(path) or "the file", reason)
        return notes.onto(Found(kind))
    for path, reason in lost:
        notes.lose(where(path) or "the file", reason)
    return notes.onto(Found(kind, **top.model_dump(), document=made))


def _shaped(shape: type[Part], value: Any, notes: Notes, where: Where, called: Where) -> Part | None:
    try:
        return shape.model_validate(value)
    except ValidationError as refused:
        for error in refused.errors(include_url=False, include_input=False):
            path = error["loc"]
            name = next((str(p) for p in reversed(path) if isinstance(p, str)), "")
            word = called(path) or _WORDS.get(name, name)
            missing = error["type"] == "missing"
            said = "is missing" if missing else reason_of(error)
            notes.fault(where(path) or "the file", f"{word} {said}")
        return None


def as_document(
    whole: DocumentShape, title: str, summary: str
) -> tuple[dict[str, Any], list[tuple[Path, str]]]:
    """The document that a shape stands for, and the translations that translate nothing."""
    document = whole.model_dump(mode="json")
    edition = document["edition"]
    _drop_extra(edition)
    for name in ("gates", "scales", "organisations"):
        edition[name] = [plain(part) for part in getattr(whole.edition, name)]
    if whole.edition.essentials:
        edition["essentials"] = plain(whole.edition.essentials)
    edition["replaces"] = [replaced(part) for part in whole.edition.replaces]
    _drop_empty(edition, "gates", "essentials", "scales", "replaces", "organisations")
    if edition["language"] == ORIGINAL:
        del edition["language"]
    document["facts"] = [fact_values(fact) for fact in document["facts"]]
    for section in document["sections"]:
        _drop_empty(section, "level")
        for question in section["questions"]:
            _settle_question(question)
    settling = Settling()
    settling.settle(document, title, summary)
    return document, settling.lost


def _settle_question(question: dict[str, Any]) -> None:
    """A question without what it need not have."""
    _drop_extra(question)
    question["number"] = question["number"] and _set(question["number"])
    for name in ("applies_from", "applies_until"):
        question[name] = [_set(it) for it in question[name]]
    _drop_empty(question, "source", "applies_until", "yardstick")
    question["choices"] = [rated(choice) for choice in question["choices"]]


def _drop_empty(values: dict[str, Any], *names: str) -> None:
    for name in names:
        if not values[name]:
            del values[name]


def _drop_extra(values: dict[str, Any]) -> None:
    if not values["extra"]:
        del values["extra"]


def _set(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _faults(whole: DocumentShape) -> Iterator[tuple[Path, str]]:
    asked = [question for section in whole.sections for question in section.questions]
    if len(asked) > MOST_QUESTIONS:
        reason = f"{len(asked):,} questions; at most {MOST_QUESTIONS:,} fit"
        yield ("sections",), reason
        return
    if not asked:
        yield ("sections",), "the file asks no question"
    yield from _head_faults(whole)
    for at in _repeats(section.key for section in whole.sections):
        key = whole.sections[at].key
        yield ("sections", at, "key"), f"section {key} appears twice"
    known = {fact.key: {choice.key for choice in fact.choices} or YESNO for fact in whole.facts}
    placed = [
        (("sections", s, "questions", q), question)
        for s, section in enumerate(whole.sections)
        for q, question in enumerate(section.questions)
    ]
    for at in _repeats(question.key.casefold() for _, question in placed):
        path, question = placed[at]
        yield (
            (*path, "key"),
            f"question {question.key} appears twice; capitals make no other key",
        )
    sourced = [pair for pair in placed if pair[1].source]
    for at in _repeats(question.source for _, question in sourced):
        path, question = sourced[at]
        yield (*path, "source"), f"{question.source[:80]} appears twice"
    for path, question in placed:
        for more, reason in _question_faults(question, whole, known):
            yield (*path, *more), reason


def _head_faults(whole: DocumentShape) -> Iterator[tuple[Path, str]]:
    edition = whole.edition
    for at in _repeats(fact.key for fact in whole.facts):
        yield ("facts", at, "key"), f"fact {whole.facts[at].key} appears twice"
    for f, fact in enumerate(whole.facts):
        for at in _repeats(choice.key for choice in fact.choices):
            yield ("facts", f, "choices", at, "key"), "this choice appears twice"
    if edition.role_fact and edition.role_fact not in {f.key for f in whole.facts}:
        reason = f"no fact is called {edition.role_fact!r}"
        yield ("edition", "role_fact"), reason
    if reason := _extra_fault(edition.extra, MOST_BESIDE):
        yield ("edition", "extra"), reason


def _question_faults(
    question: QuestionShape, whole: DocumentShape, known: dict[str, set[str]]
) -> Iterator[tuple[Path, str]]:
    if reason := question.fault():
        yield ("kind",), reason
    yield from _link_faults(question, whole)
    yield from _rule_faults(question, known)
    if reason := _extra_fault(question.extra):
        yield ("extra",), reason


def _link_faults(question: QuestionShape, whole: DocumentShape) -> Iterator[tuple[Path, str]]:
    for at in _repeats(choice.key for choice in question.choices):
        yield ("choices", at, "key"), "this choice appears twice"
    for name in ("cites", "binds"):
        for at in _repeats(getattr(question, name)):
            yield (name, at), f"{getattr(question, name)[at]} appears twice"
    for at, role in enumerate(question.binds):
        if role not in whole.edition.roles:
            yield ("binds", at), f"{role!r} is not a role of the checklist"


def _rule_faults(question: QuestionShape, known: dict[str, set[str]]) -> Iterator[tuple[Path, str]]:
    if question.rule is not None and (reason := _rule_fault(question.rule, known)):
        yield ("rule",), reason
    for name in ("applies_from", "applies_until"):
        for at, entry in enumerate(getattr(question, name)):
            if entry.when is not None and (reason := _rule_fault(entry.when, known)):
                yield (name, at, "when"), reason


def _rule_fault(rule: dict[str, Any], known: dict[str, set[str]]) -> str:
    """The fault of a rule, or that it is longer than the editor can show."""
    if reason := rules.fault_of(rule, known):
        return reason
    count = sum(1 for _ in rule_trees.rows_of(rule_trees.tree_of(rule)))
    if count > MOST_ROWS:
        return f"it has {count} conditions and groups; at most {MOST_ROWS} fit"
    return ""


def _extra_fault(extra: dict[str, Any] | None, most: int = MOST_EXTRA) -> str:
    if not extra:
        return ""
    text = json.dumps(extra, ensure_ascii=False)
    if len(text) > most:
        return f"its extra data has {len(text):,} characters; {most:,} fit"
    # JSON writes control characters as escapes, and the rest as it is.
    if "\\u00" in text or FORBIDDEN.search(text):
        return _character_fault(extra)
    return ""


def _character_fault(value: Any) -> str:
    if isinstance(value, str):
        found = FORBIDDEN.search(value)
        return f"{value[:40]!r} holds a character that cannot be shown" if found else ""
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)):
        return ""
    names = list(value) if isinstance(value, dict) else []
    return next((f for part in [*names, *parts] if (f := _character_fault(part))), "")


def _repeats(keys: Iterable[str]) -> Iterator[int]:
    seen: set[str] = set()
    for at, key in enumerate(keys):
        if key in seen:
            yield at
        seen.add(key)
