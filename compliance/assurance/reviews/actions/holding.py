"""Locks an assessment while its state changes, and records the change."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from compliance.assurance.reviews.models import Review
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.snapshot import to_read


def held(assessment_id: UUID) -> Assessment:
    """The assessment, for nobody to write in until the transaction is over.

    A transaction that writes an answer, a comment or evidence in it waits, and refuses
    afterwards. A read behind this sees all that was written before. The transaction
    reads what is committed (not ``one_moment``): a moment that began before the wait
    would be old.
    """
    Assessment.objects.select_for_update().get(pk=assessment_id)
    return to_read(assessment_id)


def review_of(here: Assessment) -> Review:
    """The review that goes on; raises ``ValidationError`` where there is none."""
    review = Review.objects.filter(assessment=here, ended="").first()
    if here.status != AssessmentStatus.REVIEW or review is None:
        raise ValidationError("This assessment is not in review.")
    return review


def record(
    by: User,
    assessment: Assessment,
    action: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Event:
    """One event about the assessment, with its revision."""
    return trail.record(
        by=by,
        organisation_id=assessment.organisation_id,
        action=action,
        subject=assessment,
        scope_id=assessment.pk,
        before=before,
        after={"revision": assessment.revision} | after,
    )


def clean_typed(row: models.Model, *names: str) -> None:
    """Raise ``ValidationError`` when one of the fields a person typed cannot be."""
    row.clean_fields({one.name for one in row._meta.fields} - set(names))
