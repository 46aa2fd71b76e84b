"""Letting an assessment rest on another one, and answer for itself again."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions.start import apply
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.earlier_assessments import earlier_in_words
from compliance.work.assessments.events import RESTING_CHANGED
from compliance.work.assessments.models import Assessment
from compliance.work.assessments.resting import bears, refuse_bearer

STALE = "stale"
"""The code of a refusal because someone else has changed it since the page was read."""


def rest_on(
    *,
    by: User,
    assessment: Assessment,
    other: Assessment | None,
    base: UUID | None,
) -> int:
    """Let an assessment rest on another one, or on none; how many questions moved by it.

    No answer is touched: those of its own that wait come back as they were. ``base`` is
    the one that the page showed. Raises ``ValidationError`` for a closed assessment, for
    one on which others rest, for another that may not bear it, and with code ``STALE``.
    """
    with writing():
        ids = [assessment.pk, *([other.pk] if other else [])]
        rows = Assessment.objects.select_for_update(of=("self",)).order_by("pk")
        held = {row.pk: row for row in rows.filter(pk__in=ids)}
        here = held[assessment.pk]
        if here.status != AssessmentStatus.RUNNING:
            msg = f"This assessment is {here.closed_word}: what it rests on stays."
            raise ValidationError(msg)
        if here.rests_on_id != base:
            msg = "Someone else has changed what it rests on since you opened this page."
            raise ValidationError(msg, code=STALE)
        if here.rests == bool(other) and here.rests_on_id == (other and other.pk):
            return 0
        if other:
            if bears(here).exists():
                msg = "Other assessments rest on this one, so it answers for itself."
                raise ValidationError(msg)
            refuse_bearer(here.organisation, here.edition, other, never=here)
        before = {"rests_on": here.rests_on_id, "told": _bearer_in_words(here)}
        here.rests, here.rests_on = bool(other), other and held[other.pk]
        here.save(update_fields=["rests", "rests_on"])
        moved = apply(here)
        trail.record(
            by=by,
            organisation_id=here.organisation_id,
            action=RESTING_CHANGED,
            subject=here,
            scope_id=here.pk,
            before=before,
            after={
                "rests_on": here.rests_on_id,
                "told": _bearer_in_words(here),
                "questions_moved": moved,
            },
        )
    return len(moved)


def _bearer_in_words(here: Assessment) -> Any:
    return earlier_in_words(here.rests_on) if here.rests_on else ""
