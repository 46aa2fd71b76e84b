"""The history of an answer, from the trail, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.text import Truncator

from compliance.assessments.actions.writing import UNDOABLE
from compliance.assessments.carrying import told_earlier
from compliance.assessments.choices import Again, Verdict
from compliance.assessments.models import Answer
from compliance.assessments.seeing import Unseen
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.checklists.diff import word_diff

_WHAT = {
    "answer.saved": "",
    "answer.undone": "Undone",
    "answer.taken_over": "Taken over",
    "answer.kept_mine": "Kept, though its source has changed",
    "answer.confirmed_again": "Still right",
    "answer.na_confirmed": "N/A confirmed",
    "answer.na_unconfirmed": "Confirmation of N/A taken back",
    "answer.na_sent_back": "N/A sent back",
    "answer.imported": "From a spreadsheet",
    "answer.accepted": "Accepted by a reviewer",
    "answer.returned": "Returned by a reviewer",
    "answer.upgraded": "Question changed",
    "answer.asked_anew": "Question changed: confirm again",
    "answer.archived": "Archived: no longer asked",
    "answer.brought_back": "Asked again: brought back",
    "answer.upgrade_undone": "Move to another edition undone",
    "answer.refused": "Not saved, since somebody else had changed it",
    "evidence.attached": "Evidence added",
    "evidence.detached": "Evidence taken out",
    "comment.written": "Comment",
    "comment.resolved": "Comment resolved",
    "comment.reopened": "Comment reopened",
}
_SAID = {"answer.na_sent_back", "answer.returned"}
_TEXTS = ("note", "reason")
_DAYS = ("due_on", "later_until")
_PROOF = "File or link"
_LABELS = {
    "note": "Note",
    "reason": "Reason",
    "value": "Value",
    "due_on": "Due",
    "later_until": "Until",
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
    can_unconfirm: bool = False
    is_together: bool = False

    @property
    def short(self) -> str:
        """ "Partly changed to Not met; Note changed": what it was about, in one line."""
        said = [self.what] if self.what else []
        if self.verdicts:
            old, new = (Verdict(verdict).label for verdict in self.verdicts)
            said.append(f"{old} changed to {new}")
        for change in self.changes:
            is_field = change.label and change.label != _PROOF
            quoted = f"“{Truncator(change.after).chars(80)}”"
            said.append(f"{change.label} changed" if is_field else quoted)
        return "; ".join(said)


def history(answer: Answer) -> list[Entry]:
    """Newest first, in one query; three where the assessment was carried forward."""
    told = [entry_of(event) for event in _events(answer).order_by("-seq")]
    return told + _carried(answer)


def _carried(answer: Answer) -> list[Entry]:
    """How the answer came along from the earlier assessment, if it did."""
    assessment = answer.assessment
    if assessment.carried_from is None:
        return []
    event = Event.objects.select_related("actor").get(
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        action="assessment.started",
    )
    came = trail.changes(event)[1]["carried"]["answers"].get(str(answer.pk))
    if came is None:
        return []
    what = f"Carried over from {told_earlier(assessment.carried_from)}"
    changes = list(_came_along(came))
    return [Entry(event.seq, event.at, event.actor, what, None, changes, False)]


def _came_along(came: dict[str, Any]) -> Iterator[Change]:
    """The fields of an answer as they came along; its owner may be another by now."""
    if came.get("verdict", Verdict.UNANSWERED) != Verdict.UNANSWERED:
        yield Change("Answer", after=Verdict(came["verdict"]).label)
    for name, label in _LABELS.items():
        if name != "owner_id" and name in came:
            told = _date(came[name]) if name in _DAYS else _plain(came[name])
            yield Change(label, after=told)
    if count := len(came.get("evidence", [])):
        yield Change("Evidence", after=f"{count} piece{'' if count == 1 else 's'}")


def since(answer: Answer, unseen: Unseen, viewer_id: int) -> list[Entry]:
    """What others did that the viewer has not seen, newest first, ten at most."""
    if answer.pk not in unseen.news:
        return []
    events = _events(answer).filter(seq__gt=unseen.since).exclude(actor_id=viewer_id)
    events = events.exclude(action="answer.refused")
    return [entry_of(event) for event in events.order_by("-seq")[:10]]


def _events(answer: Answer) -> QuerySet[Event]:
    return Event.objects.filter(
        organisation_id=answer.assessment.organisation_id,
        scope_id=answer.assessment_id,
        subject_label="answer",
        subject_id=str(answer.pk),
    ).select_related("actor")


def entry_of(event: Event) -> Entry:
    """One event in words."""
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
        is_together=trail.together(event) is not None,
        can_undo=event.action in UNDOABLE,
        can_unconfirm=event.action == "answer.na_confirmed",
    )


def _changes(
    action: str, before: dict[str, Any], after: dict[str, Any]
) -> Iterator[Change]:
    if action.startswith("evidence."):
        yield Change(_PROOF, after=after.get("title", ""))
    elif action.startswith("comment.") or action in _SAID:
        yield Change("", after=after.get("text", ""))
    yield from _beside(before, after)
    if "verdict" in after and "verdict" not in before:
        yield Change("Answer", after=Verdict(after["verdict"]).label)
    for name, label in _LABELS.items():
        if name in after:
            yield _change(name, label, before, after[name])


def _beside(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Where it came from, the evidence that came with it, and what it was asked."""
    if source := after.get("source"):
        yield Change("From", after=f"{source['key']} ({source['checklist']})")
    for name, label in (("attached", "Evidence added"), ("detached", "Taken out")):
        if after.get(name):
            yield Change(label, after=", ".join(one["title"] for one in after[name]))
    if before.get("again"):
        yield Change("It asked", after=Again(before["again"]).label)


def _change(name: str, label: str, before: dict[str, Any], new: Any) -> Change:
    if name in _TEXTS and name in before:
        return Change(label, words=word_diff(before[name], new))
    if name in _DAYS:
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
