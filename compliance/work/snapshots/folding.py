"""The rows of an assessment as its events left them at a moment."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from compliance.proof.audit import trail
from compliance.proof.audit.columns import row_of
from compliance.proof.audit.events import TRAIL_ERASED
from compliance.proof.audit.models import Event
from compliance.proof.audit.projection import (
    RecordedEvent,
    Rows,
    erased,
    made,
    project,
    put_left,
)
from compliance.work.assessments.events import ASSESSMENT_BROUGHT_IN
from compliance.work.assessments.models import ActionLink, Answer, Assessment


class LackingError(ValidationError):
    """The events up to a moment name a row, and none of them made it."""

    def __init__(self, model: type[Model], pk: Any, seq: int) -> None:
        """``seq`` is the event that names it; 0 where none does."""
        named = f"event {seq} names" if seq else "this moment needs"
        super().__init__(
            f"The trail lacks a row: {named} the {model._meta.verbose_name} {pk}, and no"
            " event before has it. “manage.py verify_trail” checks the whole trail."
        )


class Known[M: Model](dict[Any, M]):
    """Rows of a table by primary key; one that a fold does not know whole is lacking."""

    def __init__(self, model: type[M], rows: Iterable[M], parts: Rows) -> None:
        super().__init__((row.pk, row) for row in rows)
        self._model, self._parts = model, parts

    def __missing__(self, pk: Any) -> M:
        at = str(self._model._meta.model_name), str(pk)
        raise LackingError(self._model, pk, self._parts[at].seq if at in self._parts else 0)

    def named(self, pk: Any, by: tuple[type[Model], Any]) -> M:
        """The row that another one names; raises ``LackingError`` with its event."""
        if pk in self:
            return self[pk]
        model, own = by
        raise LackingError(self._model, pk, self._parts[str(model._meta.model_name), str(own)].seq)


def fold(of: Sequence[Assessment], seq: int) -> Rows:
    """The fold of every event up to one that changed these assessments.

    Those are the events in their scope, those about their evidence and actions, whatever
    the scope, and those that erased texts.
    """
    here = of[0].organisation_id
    own = _chain(here).filter(scope_id__in=[one.pk for one in of])
    read = _by_number(own.filter(seq__lte=seq))
    named = _named(read.values())
    named["action"] |= _actions(of, own)
    erasing = _about(here, TRAIL_ERASED.subject, action=TRAIL_ERASED)
    beside = dict(erasing)
    for label, ids in named.items():
        beside |= _about(here, label, subject_id__in=ids)
    rows = _until(seq, read | beside)
    born = {at for at, row in rows.items() if row.is_whole}
    unborn = {(label, pk) for label, ids in named.items() for pk in ids} - born
    if unborn and (more := _bringing(here)):
        beside |= more
        rows = _until(seq, read | beside)
    if erased(rows):
        later = _by_number(own.filter(seq__gt=seq)) | beside
        put_left(rows, (later[n] for n in sorted(later) if n > seq), erasing)
    return rows


def _until(seq: int, events: Mapping[int, RecordedEvent]) -> Rows:
    return project(events[number] for number in sorted(events) if number <= seq)


def unsaved[M: Model](model: type[M], rows: Rows) -> Known[M]:
    """The rows of a table that a fold knows whole, by primary key, in its order."""
    table = str(model._meta.model_name)
    found = [
        row_of(model, pk, row.values) for (name, pk), row in rows.items() if name == table and row.is_whole
    ]
    return Known(model, sorted(found, key=lambda row: row.pk), rows)


def answers_of(of: Sequence[Assessment], rows: Rows) -> Known[Answer]:
    """The answers of some assessments that a fold has, archived ones too.

    Raises ``LackingError`` for one of which it has a part.
    """
    here = {one.pk for one in of}
    parts = {int(pk) for (table, pk), row in rows.items() if not row.is_whole and table == "answer"}
    every = unsaved(Answer, rows)
    if parts:  # of other assessments, as a rule, that an event about an action names
        own = Answer.everything.filter(assessment__in=here, pk__in=parts)
        for pk in own.order_by("pk").values_list("pk", flat=True):
            every[pk]
    found = (answer for answer in every.values() if answer.assessment_id in here)
    return Known(Answer, found, rows)


def _by_number(events: QuerySet[Event]) -> dict[int, RecordedEvent]:
    """Those of some events that changed rows."""
    return {one.seq: one for one in trail.holding_rows(events)}


def _chain(organisation_id: UUID) -> QuerySet[Event]:
    return Event.objects.filter(organisation_id=organisation_id).order_by()


def _about(organisation_id: UUID, label: str, **wanted: Any) -> dict[int, RecordedEvent]:
    """Those of a chain that are about rows of a table.

    They are looked for by their subject first: asked for both, the database would read
    the whole chain.
    """
    events = Event.objects.filter(subject_label=label, **wanted).order_by()
    places = events.values_list("organisation_id", "seq")
    found = [seq for chain, seq in places if chain == organisation_id]
    return _by_number(_chain(organisation_id).filter(seq__in=found))


_NAMING = {"attachment": "evidence", "actionlink": "action"}
"""Columns that name rows of the organisation."""


def _named(events: Iterable[RecordedEvent]) -> dict[str, set[str]]:
    """Table to the keys of its rows that some events name."""
    found: dict[str, set[str]] = {table: set() for table in _NAMING.values()}
    for event in events:
        for (name, _), values in made(event):
            if table := _NAMING.get(name):
                found[table].add(str(values[f"{table}_id"]))
    return found


def _actions(of: Sequence[Assessment], own: QuerySet[Event]) -> set[str]:
    """Ids of the actions that were about their answers at any time.

    One that was made about answers of several assessments is in the scope of none.
    """
    links = ActionLink.objects.filter(answer__assessment__in=of)
    events = own.filter(subject_label="action").values_list("subject_id", flat=True)
    return {*map(str, links.values_list("action_id", flat=True)), *events.distinct()}


def _bringing(organisation_id: UUID) -> dict[int, RecordedEvent]:
    """The events by which assessments came in bundles, with evidence and actions."""
    came = Assessment.objects.filter(organisation_id=organisation_id)
    ids = came.exclude(brought_from=None).values_list("pk", flat=True)
    wanted = {"subject_id__in": [*map(str, ids)], "action": ASSESSMENT_BROUGHT_IN}
    return _about(organisation_id, "assessment", **wanted)
