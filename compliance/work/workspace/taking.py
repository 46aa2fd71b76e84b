"""Parts that one answer can take over from a related one: worked out from the two. Pure."""

from dataclasses import dataclass
from typing import Any

from compliance.content.checklists.choices import QuestionKind
from compliance.content.checklists.diff import word_diff
from compliance.ground.web.numbers import number, written
from compliance.work.assessments.answer_fields import TYPED, Field, Kind
from compliance.work.assessments.choices import OPEN, Verdict
from compliance.work.assessments.models import Answer
from compliance.work.workspace.lines import answered_in_words

_ALIKE = {QuestionKind.TEXT, QuestionKind.DATE}
"""Kinds that keep a value beside a verdict of one's own."""
APART = "The two questions are answered in different ways: choose the answer here."


@dataclass(frozen=True, slots=True)
class Part:
    """A field before and after, in words; ``runs`` compare them where both are texts.

    ``is_lost`` says that something a person gave here is replaced.
    """

    label: str
    before: str
    after: str
    is_lost: bool
    runs: list[tuple[str, str]]


def can_be_taken(applies: bool, verdict: str) -> bool:
    """Whether an answer says anything that could be taken over."""
    return applies and verdict not in OPEN


def can_be_lent(applies: bool, verdict: str) -> bool:
    """Whether an answer shows something that may help to prove another one."""
    return applies and verdict in {Verdict.MET, Verdict.PARTLY}


def lent(source: Answer, target: Answer) -> dict[str, Any]:
    """The note that comes over to another duty, below the one that stands there."""
    own, other = target.note.strip(), source.note.strip()
    if not other or other in own:
        return {}
    return {"note": f"{target.note}\n\n{source.note}" if own else source.note}


def taken(source: Answer, target: Answer) -> dict[str, Any]:
    """The fields that come over, as a person would have typed them.

    The verdict comes where people choose it on both sides; where a value decides, it
    comes when both are of one kind with the same choices or unit. "Not applicable"
    is a person's word everywhere. An empty note, or another text of its kind, takes nothing away.
    """
    changes: dict[str, Any] = {}
    if source.na_by_id is not None:
        changes = {"verdict": Verdict.NA.value, "reason": source.reason}
    elif source.kind_is_derived or target.kind_is_derived:
        if _is_sound(source) and _measure(source) == _measure(target):
            changes = {"verdict": Verdict.UNANSWERED.value, "value": _typed(source)}
    else:
        changes = {"verdict": source.verdict}
        if source.verdict == Verdict.NA:
            changes["reason"] = source.reason
        if source.question.kind in _ALIKE and _has_same_value_kind(source, target):
            changes["value"] = _typed(source)
    for field in TYPED:
        value = getattr(source, field.column)
        if field.taken_over and field.is_plain and str(value or "").strip():
            changes[field.column] = value
    return changes


def why_no_verdict(source: Answer, target: Answer) -> str:
    """Why the verdict stays behind, "" when it comes over."""
    return "" if "verdict" in taken(source, target) else APART


def parts(before: Answer, after: dict[str, Any]) -> list[Part]:
    """Changes in an answer, by field: ``after`` are its values then."""
    found = []
    for field in TYPED:
        name = field.column
        if name not in after or after[name] == getattr(before, name):
            continue
        sides = (getattr(before, name), after[name])
        old, new = (words_of(before, field, value) for value in sides)
        is_lost = bool(old) and (name != "verdict" or before.verdict not in OPEN)
        runs = _compared(old, new) if field.kind == Kind.TEXT and old else []
        found.append(Part(field.heading, old, new, is_lost, runs))
    return found


def _compared(old: str, new: str) -> list[tuple[str, str]]:
    """Two texts word by word; nothing where they share less than half of their words."""
    runs = word_diff(old, new)
    same = sum(len(text) for kind, text in runs if kind == "same")
    return runs if same * 2 > max(len(old), len(new)) else []


def words_of(answer: Answer, field: Field, value: Any) -> str:
    """A value that a field of the answer may have, in words; "" for none."""
    if field.kind == Kind.VALUE:
        return answered_in_words(Answer(question=answer.question, value=value))
    return field.words(value)


def _measure(answer: Answer) -> tuple[Any, ...]:
    """The measure by which two values mean the same: the kind and its choices or its unit."""
    question = answer.question
    if not answer.kind_is_derived:
        return ("own", question.pk)
    if question.kind == QuestionKind.NUMBER:
        return question.kind, (question.number or {}).get("unit", "")
    choices = question.choices.all()
    return question.kind, *((c.key, c.verdict, c.label) for c in choices)


def _has_same_value_kind(source: Answer, target: Answer) -> bool:
    return source.question.kind == target.question.kind and source.value is not None


def _is_sound(answer: Answer) -> bool:
    """Whether a number is one: a move that was undone may have left words there."""
    if answer.value and answer.question.kind == QuestionKind.NUMBER:
        try:
            number(answer.value)
        except ValueError:
            return False
    return True


def _typed(answer: Answer) -> list[str]:
    value = answer.value
    if value and answer.question.kind == QuestionKind.NUMBER:
        return [written(number(value))]
    return value if isinstance(value, list) else [str(value)] if value else []
