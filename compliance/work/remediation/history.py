"""The history of an action, from the trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst

from compliance.proof.audit import event_types, trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Action
from compliance.work.remediation.event_labels import change_in_words

MOST = 50


@dataclass(frozen=True, slots=True)
class RemedyEntry:
    """An event of an action, in words; only the newest change can be undone from here."""

    seq: int
    at: datetime
    actor: Any
    what: str
    can_undo: bool


def remedy_history(action: Action) -> list[RemedyEntry]:
    """The newest entries, newest first, in one query."""
    events = Event.objects.filter(
        organisation_id=action.organisation_id,
        subject_label="action",
        subject_id=str(action.pk),
    ).select_related("actor")
    shown = list(events.order_by("-seq")[:MOST])
    changing = event_types.those(changes_action=True)
    newest = next((event.seq for event in shown if event.action in changing), None)
    return [_entry(event, newest) for event in shown]


def _entry(event: Event, newest: int | None) -> RemedyEntry:
    words = change_in_words(event.action, *trail.changes(event))
    return RemedyEntry(
        seq=event.seq,
        at=event.at,
        actor=event.actor,
        what=capfirst(words),
        can_undo=event.seq == newest,
    )
