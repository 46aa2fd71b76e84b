"""Putting an assessment away, and taking it up again."""

from django.core.exceptions import ValidationError

from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions.releasing import release_owners
from compliance.work.assessments.actions.start import refuse_too_many
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.events import ASSESSMENT_ARCHIVED, ASSESSMENT_TAKEN_UP
from compliance.work.assessments.models import Assessment

_BETWEEN = {AssessmentStatus.RUNNING, AssessmentStatus.ARCHIVED}


def archive(*, by: User, assessment: Assessment) -> Assessment:
    """Close a running assessment: it stays readable, and nothing in it changes."""
    return _move(by, assessment, AssessmentStatus.ARCHIVED, ASSESSMENT_ARCHIVED)


def take_up(*, by: User, assessment: Assessment) -> Assessment:
    """Open an archived assessment again. Raises ``ValidationError`` where none more fits."""
    return _move(by, assessment, AssessmentStatus.RUNNING, ASSESSMENT_TAKEN_UP)


def _move(by: User, assessment: Assessment, status: AssessmentStatus, action: str) -> Assessment:
    """The same status again changes nothing. Raises ``ValidationError``."""
    with writing():
        lock(assessment.organisation)
        locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
        if locked.status == status:
            return locked
        if {locked.status, status} != _BETWEEN:
            msg = "This assessment cannot be archived or taken up now."
            raise ValidationError(msg)
        if status == AssessmentStatus.RUNNING:
            refuse_too_many(assessment.organisation)
        before, locked.status = locked.status, status
        locked.save(update_fields=["status"])
        trail.record(
            by=by,
            organisation_id=locked.organisation_id,
            action=action,
            subject=locked,
            scope_id=locked.pk,
            before={"status": before},
            after={"status": status},
        )
        if locked.is_open:
            release_owners(by=by, assessment=locked)
    return locked
