"""The history of an answer, from the trail, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from compliance.assessments.choices import Verdict
from compliance.assessments.models import Answer
from compliance.assessments.words import word_diff
from compliance.audit import trail
from compliance.audit.models import Event

_WHAT = {
    "answer.saved": "",
    "answer.undone": "Undone",
    "answer.refused": "Not saved, since somebody else had changed it",
    "evidence.attached": "Evidence added",
    "evidence.detached": "Evidence taken out",
    "comment.written": "Comment",
}
_TEXTS = ("note", "reason")
_LABELS = {
    "note": "Note",
    "reason": "Reason",
    "value": "Value",
    "due_on": "Due",
    "owner_id": "Owner",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: plain values, or a word diff for texts."""

    label: str
    before: str = ""
    after: str = ""
    words: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the trail, told."""

    seq: int
    at: datetime
    actor: Any
    what: str
    verdicts: tuple[str, str] | None
    changes: list[Change]
    can_undo: bool


def history(answer: Answer) -> list[Entry]:
    """Newest first, in one query; names of owners in another when there are any."""
    events = Event.objects.filter(
        organisation_id=answer.assessment.organisation_id,
        scope_id=answer.assessment_id,
        subject_label="answer",
        subject_id=str(answer.pk),
    ).select_related("actor")
    return [_entry(event) for event in events.order_by("-seq")]


def _entry(event: Event) -> Entry:
    before, after = trail.changes(event)
    verdicts = None
    if "verdict" in before:
        verdicts = (before["verdict"], after["verdict"])
    return Entry(
        seq=event.seq,
        at=event.at,
        actor=event.actor,
        what=_WHAT.get(event.action, event.action),
        verdicts=verdicts,
        changes=list(_changes(event.action, before, after)),
        can_undo=event.action in {"answer.saved", "answer.undone"},
    )


def _changes(
    action: str, before: dict[str, Any], after: dict[str, Any]
) -> Iterator[Change]:
    if action.startswith("evidence."):
        yield Change("File or link", after=after.get("title", ""))
    elif action == "comment.written":
        yield Change("", after=after.get("text", ""))
    if "verdict" in after and "verdict" not in before:
        yield Change("Answer", after=Verdict(after["verdict"]).label)
    for name, label in _LABELS.items():
        if name in after:
            yield _change(name, label, before, after[name])


def _change(name: str, label: str, before: dict[str, Any], new: Any) -> Change:
    if name in _TEXTS and name in before:
        return Change(label, words=word_diff(before[name], new))
    if name == "due_on":
        return Change(label, _date(before.get(name)), _date(new))
    if name == "owner_id":
        return Change(label, after="nobody" if new is None else "changed")
    return Change(label, _plain(before.get(name)), _plain(new))


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _date(value: str | None) -> str:
    if not value:
        return "none"
    day = date.fromisoformat(value)
    return f"{day.day} {day:%b %Y}"
