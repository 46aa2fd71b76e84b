"""What one answer can take over from a related one: worked out from the two. Pure."""

from dataclasses import dataclass
from typing import Any

from compliance.assessments.choices import OPEN, Verdict
from compliance.assessments.lines import told_value
from compliance.assessments.models import Answer
from compliance.checklists.choices import QuestionKind
from compliance.checklists.diff import word_diff

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


def taken(source: Answer, target: Answer) -> dict[str, Any]:
    """The fields that come over, as a person would have typed them.

    The verdict comes where people choose it on both sides; where a value decides, it
    comes when both are of one kind with the same choices or unit. "Not applicable"
    is a person's word everywhere. An empty note takes nothing away.
    """
    changes: dict[str, Any] = {}
    if source.na_by_id is not None:
        changes = {"verdict": Verdict.NA.value, "reason": source.reason}
    elif source.kind_is_derived or target.kind_is_derived:
        if _measure(source) == _measure(target):
            changes = {"verdict": Verdict.UNANSWERED.value, "value": _typed(source)}
    else:
        changes = {"verdict": source.verdict}
        if source.verdict == Verdict.NA:
            changes["reason"] = source.reason
        if source.question.kind in _ALIKE and _has_same_value_kind(source, target):
            changes["value"] = _typed(source)
    if source.note.strip():
        changes["note"] = source.note
    return changes


def why_no_verdict(source: Answer, target: Answer) -> str:
    """Why the verdict stays behind, "" when it comes over."""
    return "" if "verdict" in taken(source, target) else APART


def parts(before: Answer, after: dict[str, Any]) -> list[Part]:
    """What would change in an answer, by field: ``after`` are its values then."""
    found = []
    for field, label in _LABELS.items():
        if field not in after or after[field] == getattr(before, field):
            continue
        old, new = (
            _words(before, field, value)
            for value in (getattr(before, field), after[field])
        )
        is_text = field in {"note", "reason"} and bool(old)
        is_lost = bool(old) and (field != "verdict" or before.verdict not in OPEN)
        runs = _compared(old, new) if is_text else []
        found.append(Part(label, old, new, is_lost, runs))
    return found


def _compared(old: str, new: str) -> list[tuple[str, str]]:
    """Two texts word by word; nothing where they share less than half of their words."""
    runs = word_diff(old, new)
    same = sum(len(text) for kind, text in runs if kind == "same")
    return runs if same * 2 > max(len(old), len(new)) else []


_LABELS = {
    "verdict": "Answer",
    "value": "Value",
    "note": "Note",
    "reason": "Reason for N/A",
    "later_until": "Until",
}


def _words(answer: Answer, field: str, value: Any) -> str:
    if field == "verdict":
        return str(Verdict(value).label)
    if field == "value":
        return told_value(Answer(question=answer.question, value=value))
    return str(value or "")


def _measure(answer: Answer) -> tuple[Any, ...]:
    """What makes two values mean the same: the kind and its choices or its unit."""
    question = answer.question
    if not answer.kind_is_derived:
        return ("own", question.pk)
    if question.kind == QuestionKind.NUMBER:
        return question.kind, (question.number or {}).get("unit", "")
    choices = question.choices.all()
    return question.kind, *((c.key, c.verdict, c.label) for c in choices)


def _has_same_value_kind(source: Answer, target: Answer) -> bool:
    return source.question.kind == target.question.kind and source.value is not None


def _typed(answer: Answer) -> list[str]:
    value = answer.value
    return value if isinstance(value, list) else [str(value)] if value else []
