"""Moments of an assessment: places on the trail of its organisation."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncDate

from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Assessment


def scope_of(assessment: Assessment) -> QuerySet[Event]:
    """The events of an assessment."""
    return Event.objects.filter(organisation_id=assessment.organisation_id, scope_id=assessment.pk)


def first_event(assessment: Assessment) -> Event | None:
    """Its start."""
    return scope_of(assessment).order_by("seq").first()


def seq_at(assessment: Assessment, moment: datetime) -> int | None:
    """The last event of the organisation up to a moment, None before the start."""
    began = first_event(assessment)
    if began is None or began.at > moment:
        return None
    events = Event.objects.filter(organisation_id=assessment.organisation_id)
    last = events.filter(at__lte=moment).order_by("-seq").first()
    return last.seq if last else None


def event_at(assessment: Assessment, seq: int) -> Event:
    """The event of the organisation with that number; ``Event.DoesNotExist``."""
    return Event.objects.get(organisation_id=assessment.organisation_id, seq=seq)


def refuse_no_moment(assessment: Assessment, seq: int) -> None:
    """Refuse an event before the assessment began, or one that is not there yet."""
    began = first_event(assessment)
    newest, _ = trail.head_of(assessment.organisation_id)
    if began is None or not began.seq <= seq <= newest:
        raise ValidationError("The assessment did not exist at that moment.")


def days_of(assessment: Assessment, most: int) -> list[tuple[date, int, int]]:
    """The last days on which something happened: day, its last event, how many."""
    days = (
        scope_of(assessment)
        .order_by()
        .annotate(day=TruncDate("at"))
        .values("day")
        .annotate(last=Max("seq"), count=Count("pk"))
        .order_by("-day")
    )
    return [(row["day"], row["last"], row["count"]) for row in days[:most]]
