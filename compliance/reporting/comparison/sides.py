"""The sides of a comparison, read as they stand or as they stood at the end of a day."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from compliance.identity.organisations.models import Organisation
from compliance.reporting.comparison.differences import Side
from compliance.reporting.results.queries import read_rows
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.as_of import rows_as_of
from compliance.work.snapshots.moments import first_event, seq_at
from compliance.work.snapshots.snapshot import content_of_rows, one_moment, rows_now, to_read

MOST = 200
"""Assessments that one can choose from; the chosen ones are always among them."""


def side(assessment: Assessment, on: date | None, today: date) -> Side:
    """The answers and figures of an assessment, counted by the rules and law of today.

    Raises ``ValidationError`` where it had not begun at the end of the day.
    """
    here = to_read(assessment.pk)
    with one_moment():
        if on is None or on >= today:
            on, rows = None, rows_now(here)
        else:
            after = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min))
            seq = seq_at(here, after - timedelta(microseconds=1))
            if seq is None:
                first = first_event(here)
                began = timezone.localdate(first.at if first else here.started_at)
                msg = f"{here.subject} began in Attest on {began:%-d %b %Y}: choose that day or a later one."
                raise ValidationError(msg)
            rows = rows_as_of(here, seq)
        result = read_rows(rows.assessment, rows.answers, today)
        return Side(
            name=name_of(assessment),
            on=on,
            content=content_of_rows(rows),
            duties=result.duties,
            scales=result.scales,
            ids={one.question.key: one.pk for one in rows.answers if one.archived_at is None},
        )


def name_of(assessment: Assessment) -> str:
    """Subject and years of the audit period, with where it stands."""
    first, last = assessment.period_from.year, assessment.period_to.year
    years = str(first) if first == last else f"{first} to {last}"
    status = assessment.get_status_display().lower()
    return f"{assessment.subject}, {years}, {status}"


def choices(organisations: Iterable[Organisation], like: Assessment | None) -> QuerySet[Assessment]:
    """Assessments to choose from, newest first; of the checklist of one, if given."""
    rows = Assessment.objects.filter(organisation__in=list(organisations))
    if like:
        rows = rows.filter(edition__checklist=like.edition.checklist_id)
    return rows.select_related("organisation", "edition__checklist").order_by(
        "edition__checklist__title", "-period_to", "subject", "pk"
    )
