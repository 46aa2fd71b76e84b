"""Correcting the details of a running assessment: its subject, audit period and due day."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError

from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions.start import apply, refuse_stale
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.detail_fields import BY_COLUMN
from compliance.work.assessments.events import DETAILS_CORRECTED
from compliance.work.assessments.models import Assessment

PERIOD = ("period_from", "period_to")
Details = Mapping[str, str | date | None]


def correct_details(*, by: User, assessment: Assessment, details: Details, base: Details, reason: str) -> int:
    """Correct some of ``detail_fields.DETAILS``; the number of questions that now apply or no longer do.

    ``base`` is what the page showed: a detail that the person left as it was is left to
    others, and one that both changed raises ``StaleError``. The two days of the period go
    together. What another sending has set already is no change. Raises ``ValidationError``
    for an assessment that does not run, for no reason, where everything is as it was shown,
    and for a subject or period that no assessment could start with.
    """
    with writing():
        assessment = Assessment.objects.select_for_update().get(pk=assessment.pk)
        if assessment.status != AssessmentStatus.RUNNING:
            msg = f"This assessment is {assessment.closed_word}: its details stay as they are."
            raise ValidationError(msg)
        if not reason.strip():
            msg = "Give the reason for the correction."
            raise ValidationError(msg)
        mine = _touched(details, base)
        now = {column: getattr(assessment, column) for column in BY_COLUMN}
        refuse_stale(mine, base, now)
        changed = [column for column, value in mine.items() if now[column] != value]
        if not changed:
            return 0
        for column in changed:
            setattr(assessment, column, mine[column])
        assessment.full_clean(exclude=["facts"])
        assessment.save(update_fields=changed)
        moved = apply(assessment)
        named = [*changed, *PERIOD] if {*PERIOD} & {*changed} else changed
        trail.record(
            by=by,
            organisation_id=assessment.organisation_id,
            action=DETAILS_CORRECTED,
            subject=assessment,
            scope_id=assessment.pk,
            before={column: now[column] for column in named},
            after={column: getattr(assessment, column) for column in named}
            | {"text": reason, "questions_moved": moved},
        )
    return len(moved)


def _touched(details: Details, base: Details) -> dict[str, str | date | None]:
    """The details that a person changed; with one day of the period the other, too."""
    touched = {column for column, value in details.items() if value != base.get(column)}
    if not touched:
        msg = "Every detail is as it was. Correct the one that is wrong."
        raise ValidationError(msg)
    if touched & {*PERIOD}:
        touched |= {*PERIOD}
    return {column: details[column] for column in BY_COLUMN if column in touched & details.keys()}
