"""Milestones: the answer that completed a section, or the whole list, and what is next."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Value, When

from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import OPEN
from compliance.work.assessments.models import Answer
from compliance.work.workspace.overview import Overview, SectionView


@dataclass(frozen=True, slots=True)
class Milestone:
    """Sections are done; ``next_id`` is the answer to go on with, None when all are done."""

    next_id: int | None = None
    next_section: str = ""
    sections: int = 1

    @property
    def said(self) -> str:
        if self.next_id is None:
            return "All answered."
        return f"{self.sections} sections done." if self.sections > 1 else "Section done."


def closes(event: Event | None) -> bool:
    """Whether a save answered a question that was open."""
    before, after = trail.changes(event) if event else ({}, {})
    return before.get("verdict") in OPEN and after["verdict"] not in OPEN


def milestone(answer: Answer, event: Event | None, section: SectionView) -> Milestone | None:
    """The milestone that a save reached, in one query; None and no query for most saves.

    Only the answer that closes the last open question of a section reaches one, so that
    it is said once.
    """
    if not section.tally.is_complete or not closes(event):
        return None
    is_behind = When(question__position__gt=answer.question.position, then=Value(0))
    rows = answer.assessment.answers.applying().filter(verdict__in=OPEN)
    following = (
        rows.order_by(Case(is_behind, default=Value(1)), "question__position")
        .values_list("pk", "question__section__title")
        .first()
    )
    return Milestone(*(following or ()))


def milestone_of_many(view: Overview, events: Iterable[Event]) -> Milestone | None:
    """The same for answers that were set together, from an overview of them now."""
    ids = {int(event.subject_id) for event in events if closes(event)}
    rows = [row for row in view.rows if row.id in ids]
    touched = {row.section_id for row in rows}
    done = [s for s in view.sections if s.id in touched and s.tally.is_complete]
    if not done:
        return None
    waiting = [row for row in view.applying if row.is_open]
    last = rows[-1].position
    behind = [row for row in waiting if row.position > last]
    for row in behind or waiting:
        return Milestone(row.id, row.section_title, len(done))
    return Milestone(sections=len(done))
