"""Assessments that rest on another one: which it may be, and what that one says.

A section of the organisation's level is then asked there alone; the own answers of such
a section wait, and count nowhere, until the assessment answers it again itself.
"""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from compliance.content.checklists.choices import Level
from compliance.content.checklists.copies import line
from compliance.content.checklists.models import Edition, Question
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.applying import once_for_all
from compliance.work.assessments.models import Assessment
from compliance.work.assessments.models.assessment import AssessmentQuerySet


def may_rest_on(
    organisation: Organisation, edition: Edition, *, never: Assessment | None = None
) -> AssessmentQuerySet:
    """The assessments on which one of an edition may rest, newest first.

    They are of the same line of checklist, in use, and rest on none themselves. None
    where the edition has no section of the organisation's level.
    """
    if not once_for_all(edition).exists():
        return Assessment.objects.none()
    rows = organisation.assessments.in_use().filter(
        rests=False,
        edition__checklist__in=line(edition.checklist, organisation),
    )
    rows = rows.exclude(pk=never.pk) if never else rows
    return rows.for_page().order_by("subject", "-period_to", "-started_at")


def refuse_bearer(
    organisation: Organisation,
    edition: Edition,
    other: Assessment,
    *,
    never: Assessment | None = None,
) -> None:
    """Raise ``ValidationError`` unless an assessment of an edition may rest on another."""
    may = may_rest_on(organisation, edition, never=never)
    if not may.filter(pk=other.pk).exists():
        msg = "It can rest only on another assessment of the same checklist, in use, that answers for itself."
        raise ValidationError(msg)


def bears(assessment: Assessment) -> AssessmentQuerySet:
    """The assessments in use that rest on one."""
    return assessment.bears.in_use()


def once_keys(edition: Edition) -> QuerySet[Question, str]:
    """The keys of the questions of an edition that one assessment can answer for others."""
    rows = edition.questions.filter(section__level=Level.ORGANISATION)
    return rows.order_by("position").values_list("key", flat=True)
