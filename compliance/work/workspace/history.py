"""The history of an answer, from the trail."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.text import Truncator, capfirst

from compliance.content.checklists.diff import word_diff
from compliance.ground.web.text import counted
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.answer_fields import TYPED, Field, Kind
from compliance.work.assessments.choices import Again, Verdict
from compliance.work.assessments.earlier_assessments import earlier_in_words
from compliance.work.assessments.events import (
    ANSWER_REFUSED,
    ANSWER_SAVED,
    ASSESSMENT_STARTED,
    EVIDENCE_ATTACHED,
    EVIDENCE_DETACHED,
    NA_CONFIRMED,
)
from compliance.work.assessments.models import Answer
from compliance.work.presence.seeing import Unseen

_FIELDS = {one.heading for one in TYPED}
_PROOF = "File or link"
_PIECES = {
    "attached": "Evidence added",
    "detached": "Taken out",
    "grounds": "Rests on evidence",
}
"""Lists of evidence in an event, with the label of each."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: plain values, or a word diff for texts."""

    label: str
    before: str = ""
    after: str = ""
    words: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the trail, in words."""

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
            quoted = f"“{Truncator(change.after).chars(80)}”"
            if change.label in _FIELDS:
                said.append(f"{change.label} changed")
            elif change.label in {"", _PROOF}:
                said.append(quoted)
            else:
                said.append(f"{change.label} {quoted}")
        return "; ".join(said)


def history(answer: Answer, *, from_outside: bool = False) -> list[Entry]:
    """Newest first, in one query; three where the assessment was carried forward.

    Someone ``from_outside`` reads no event that stays inside.
    """
    events = _events(answer).order_by("-seq")
    if from_outside:
        events = events.exclude(action__in=event_types.those(stays_inside=True))
    entries = [entry_of(event) for event in events]
    return entries + _carried(answer)


def _carried(answer: Answer) -> list[Entry]:
    """How the answer came along from the earlier assessment, if it did."""
    assessment = answer.assessment
    if assessment.carried_from is None:
        return []
    event = Event.objects.select_related("actor").get(
        organisation_id=assessment.organisation_id,
        scope_id=assessment.pk,
        action=ASSESSMENT_STARTED,
    )
    came = trail.changes(event)[1]["carried"]["answers"].get(str(answer.pk))
    if came is None:
        return []
    what = f"Carried over from {earlier_in_words(assessment.carried_from)}"
    changes = list(_came_along(came))
    return [Entry(event.seq, event.at, event.actor, what, None, changes, False)]


def _came_along(came: dict[str, Any]) -> Iterator[Change]:
    """The fields of an answer as they came along; its owner may be another by now."""
    for one in TYPED:
        value = came.get(one.column, one.blank)
        if value != one.blank and one.kind != Kind.PERSON:
            yield Change(one.heading, after=one.words(value))
    if count := len(came.get("evidence", [])):
        yield Change("Evidence", after=counted(count, "piece"))


def since(answer: Answer, unseen: Unseen, viewer_id: int) -> list[Entry]:
    """Changes by others that the viewer has not seen, newest first, ten at most."""
    if answer.pk not in unseen.news:
        return []
    events = _events(answer).filter(seq__gt=unseen.since).exclude(actor_id=viewer_id)
    events = events.exclude(action=ANSWER_REFUSED)
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
        what=_what(event.action),
        verdicts=verdicts,
        changes=list(_changes(event.action, before, after)),
        is_together=trail.together(event) is not None,
        can_undo=event.action in event_types.those(undoable=True),
        can_unconfirm=event.action == NA_CONFIRMED,
    )


def _what(action: str) -> str:
    """The event in a few words; a save is the words of what it changed."""
    if action == ANSWER_SAVED:
        return ""
    found = event_types.find(action)
    return capfirst(str(found.sentence) if found else action)


def _changes(action: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    if action in {EVIDENCE_ATTACHED, EVIDENCE_DETACHED}:
        yield Change(_PROOF, after=after.get("title", ""))
    elif "text" in after:
        yield Change("", after=after["text"])
    yield from _beside(before, after)
    for one in TYPED:
        is_shown = one.kind == Kind.VERDICT and "verdict" in before
        if one.column in after and not is_shown:
            yield _change(one, before.get(one.column), after[one.column])


def _beside(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Where it came from, the evidence that came with it, and what it was asked."""
    if source := after.get("source"):
        yield Change("From", after=f"{source['key']} ({source['checklist']})")
    if proposal := after.get("proposal"):
        yield Change("Proposed by", after=proposal["title"])
    for name, label in _PIECES.items():
        if after.get(name):
            yield Change(label, after=", ".join(one["title"] for one in after[name]))
    if before.get("again"):
        yield Change("It asked", after=Again(before["again"]).label)


def _change(field: Field, old: Any, new: Any) -> Change:
    if field.kind == Kind.TEXT and old is not None:
        return Change(field.heading, words=word_diff(old, new))
    if field.kind == Kind.PERSON:
        return Change(field.heading, after="nobody" if new is None else "changed")
    if field.kind == Kind.VERDICT:
        return Change(field.heading, after=field.words(new))
    none = "none" if field.kind == Kind.DAY else ""
    return Change(field.heading, field.words(old) or none, field.words(new) or none)
