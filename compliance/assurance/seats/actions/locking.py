"""Shared parts of the actions of a seat: the row under lock, and its event."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from compliance.assurance.seats.models import Seat
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.work.assessments.models import Assessment

OVER = "This seat has ended."


def held(by: User, seat: Seat) -> Seat:
    """The seat under lock, if it is the person's and open today; else refused."""
    rows = Seat.objects.open_for(by, timezone.localdate()).filter(pk=seat.pk)
    found = rows.for_page().select_for_update(of=("self",)).first()
    if found is None:
        raise ValidationError(OVER, code="over")
    return found


def record(
    by: User | None,
    assessment: Assessment,
    action: str,
    subject: models.Model,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """One event in the trail of the organisation, with the assessment's name.

    It is no part of the assessment's own events: reports and bundles carry those to
    others, and what one auditor asks is not for the next.
    """
    trail.record(
        by=by,
        organisation_id=assessment.organisation_id,
        action=action,
        subject=subject,
        before=before,
        after=named(assessment) | (after or {}),
    )


def named(assessment: Assessment) -> dict[str, Any]:
    """The assessment that an event is about, in words."""
    return {"subject": str(assessment)}
