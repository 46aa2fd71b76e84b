"""Do the answers say what the trail says they were set to last?"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from compliance.assessments.actions.following import Changes
from compliance.assessments.events import (
    ASSESSMENT_BROUGHT_IN,
    ASSESSMENT_STARTED,
    EVIDENCE_ATTACHED,
    EVIDENCE_DETACHED,
    NA_CONFIRMED,
)
from compliance.assessments.fields import ANSWERED, BY_COLUMN, TYPED, json_of
from compliance.assessments.models import Answer, Assessment, Upgrade
from compliance.audit import event_types, trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event

HELD = (*TYPED, *(BY_COLUMN[name] for name in ANSWERED))
"""Fields that are compared with what the events say."""
_BLANK: Changes = {field.column: field.blank for field in HELD} | {"version": 0}
HEARD = {
    *event_types.those(changes_answer=True),
    ASSESSMENT_STARTED,
    ASSESSMENT_BROUGHT_IN,
    NA_CONFIRMED,
    EVIDENCE_ATTACHED,
    EVIDENCE_DETACHED,
}
"""Events that tell what an answer says, or who said it."""
_READ = ("pk", "question__key", *_BLANK, "na_confirmed_at")


class Told:
    """What the trail says of the answers of one assessment."""

    def __init__(self) -> None:
        self.start: int | None = None
        self.values: dict[int, Changes] = {}
        self.last: dict[int, int] = {}
        self.confirmed: dict[int, set[str]] = {}

    def hear(self, event: Event) -> None:
        """Take in one event; they come in their order."""
        _, after = trail.changes(event)
        if event.action == ASSESSMENT_BROUGHT_IN:
            self.start = event.seq
            for pk, values in after["answers"].items():
                self._set(int(pk), event.seq, values)
                self.confirmed[int(pk)] = {values.get("na_confirmed_at", "")}
            return
        if event.action == ASSESSMENT_STARTED:
            self.start = event.seq
            carried = after.get("carried", {}).get("answers", {})
            for pk, values in carried.items():
                self._set(int(pk), event.seq, values)
            return
        pk = int(event.subject_id)
        self._set(pk, event.seq, after if event.action != NA_CONFIRMED else {})
        if event.action == NA_CONFIRMED:
            self.confirmed.setdefault(pk, set()).add(after.get("at", ""))

    def _set(self, pk: int, seq: int, after: Changes) -> None:
        kept = {name: v for name, v in after.items() if name in _BLANK}
        self.values.setdefault(pk, {}).update(kept)
        self.last[pk] = seq

    def unlike(self, row: dict[str, Any]) -> str:
        """The first field of an answer that says something else, "" for none."""
        known = self.values.get(row["pk"], {})
        if self.start is not None:  # else it came from elsewhere, with what it said
            known = _BLANK | known
        stands = json_of({name: row[name] for name in _BLANK})
        for name, value in known.items():
            if stands[name] != value:
                return name
        at = row["na_confirmed_at"]
        told = self.confirmed.get(row["pk"], set())
        if at and self.start is not None and at.isoformat() not in told:
            return "na_confirmed_at"
        return ""


def as_told(answers: Iterable[Answer]) -> dict[str, Changes]:
    """Answers that came from elsewhere as their event tells them, but for blank fields."""
    told = {}
    for answer in answers:
        stands = json_of({name: getattr(answer, name) for name in _BLANK})
        said = {name: v for name, v in stands.items() if v != _BLANK[name]}
        if answer.na_confirmed_at:
            said["na_confirmed_at"] = answer.na_confirmed_at.isoformat()
        told[str(answer.pk)] = said
    return told


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Answers of an organisation that were changed, or taken away, without an entry."""
    rows = Assessment.objects.filter(organisation_id=organisation_id)
    for assessment_id in rows.order_by("pk").values_list("pk", flat=True):
        look = partial(_faults_of, organisation_id, assessment_id)
        yield from trail.settled(organisation_id, look)


def _faults_of(organisation_id: UUID, assessment_id: UUID) -> Iterator[Fault]:
    told = Told()
    events = Event.objects.filter(
        organisation_id=organisation_id,
        scope_id=assessment_id,
        action__in=HEARD,
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        told.hear(event)
    here = Answer.everything.filter(assessment_id=assessment_id).order_by("pk")
    missing = dict(told.last)
    for row in here.values(*_READ):
        seq = missing.pop(row["pk"], told.start or 0)
        if name := told.unlike(row):
            key = row["question__key"]
            what = f"{key}: “{_label(name)}” was changed since without an entry"
            yield Fault(seq, what, Kind.ANSWER)
    for pk in _taken_back(assessment_id):
        missing.pop(pk, None)
    for pk, seq in sorted(missing.items()):
        what = f"answer {pk}, which it is about, was taken away without an entry"
        yield Fault(seq, what, Kind.ANSWER)


def _taken_back(assessment_id: UUID) -> Iterator[int]:
    """Answers of questions that a move brought, and its undoing took away again."""
    undone = Upgrade.objects.filter(assessment_id=assessment_id).exclude(undone_at=None)
    for added in undone.values_list("added", flat=True):
        yield from added


def _label(column: str) -> str:
    return BY_COLUMN[column].label if column in BY_COLUMN else column
