"""Answers that were set together, listed by question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.workspace.history import Entry, entry_of

MOST = 500
"""Lines that are shown; the trail holds the others."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Events recorded together: who, when, and of how many questions."""

    actor: Any
    at: datetime
    count: int
    rows: list[tuple[Any, Entry]]
    is_cut: bool


def gathered(assessment: Assessment, events: Sequence[Event]) -> ChangeSet:
    """The events as answer and entry, by position, in one query.

    ``events`` is not empty. An answer is here, too, when its question is asked no more.
    """
    ids = {int(event.subject_id) for event in events}
    found = Answer.everything.filter(assessment=assessment, pk__in=ids)
    answers = {answer.pk: answer for answer in found.select_related("question")}
    rows = [(answers[int(event.subject_id)], entry_of(event)) for event in events]
    rows.sort(key=lambda row: row[0].question.position)
    return ChangeSet(
        actor=events[0].actor,
        at=events[0].at,
        count=len(ids),
        rows=rows[:MOST],
        is_cut=len(rows) > MOST,
    )
