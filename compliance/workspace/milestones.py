"""Milestones: the answer that completed a section, or the whole list, and what is next."""

from dataclasses import dataclass

from django.db.models import Case, Value, When

from compliance.assessments.choices import OPEN
from compliance.assessments.models import Answer
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.workspace.overview import SectionView


@dataclass(frozen=True, slots=True)
class Milestone:
    """A section is done; ``next_id`` is the answer to go on with, None when all are done."""

    section: str
    next_id: int | None = None
    next_section: str = ""


def closes(event: Event | None) -> bool:
    """Whether a save answered a question that was open."""
    before, after = trail.changes(event) if event else ({}, {})
    return before.get("verdict") in OPEN and after["verdict"] not in OPEN


def milestone(
    answer: Answer, event: Event | None, section: SectionView
) -> Milestone | None:
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
    return Milestone(section.title, *(following or ()))
