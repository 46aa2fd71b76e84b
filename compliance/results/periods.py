"""The last periods of one subject, from kept figures, with the duties of law in each."""

from dataclasses import dataclass
from datetime import date

from compliance.assessments.models import Assessment
from compliance.charts.shapes import Chart, bar
from compliance.results.law import COUNTED
from compliance.results.matrix import Stand
from compliance.results.overview import assessments_of, stands_of

MOST = 4
"""Periods side by side, this one among them."""
_BAR = 200


@dataclass(frozen=True, slots=True)
class Period:
    """An assessment with its duties drawn: each verdict as long as its count."""

    stand: Stand
    bar: Chart
    is_this: bool


def periods_of(assessment: Assessment, today: date) -> list[Period]:
    """This period and those before it, the oldest first; empty where there is no other.

    Counted by the law and the rules of today. At most five queries while figures are kept.
    """
    found = [
        one
        for one in assessments_of([assessment.organisation])
        if one.edition.checklist_id == assessment.edition.checklist_id
        and one.subject.casefold() == assessment.subject.casefold()
        and (one.pk == assessment.pk or one.period_to < assessment.period_to)
    ]
    found.sort(key=lambda one: (one.period_to, one.pk == assessment.pk, one.started_at))
    if len(found) < 2:
        return []
    stands = list(stands_of(found[-MOST:], today).values())
    most = max(one.figures.law.total for one in stands)
    return [
        Period(one, _drawn(one, most), one.assessment.pk == assessment.pk)
        for one in stands
        if most
    ]


def earlier_of(assessment: Assessment) -> Assessment | None:
    """The period before: the one carried forward, else the last of the same subject."""
    rows = Assessment.objects.filter(organisation=assessment.organisation_id)
    rows = rows.select_related("organisation", "edition__checklist")
    if assessment.carried_from_id:
        return rows.get(pk=assessment.carried_from_id)
    same = rows.filter(
        subject__iexact=assessment.subject,
        edition__checklist=assessment.edition.checklist_id,
        period_to__lt=assessment.period_to,
    )
    return same.order_by("-period_to", "-started_at").first()


def _drawn(one: Stand, most: int) -> Chart:
    law = one.figures.law
    parts = [
        ("unanswered" if name == "open" else name, getattr(law, name))
        for name in COUNTED
    ]
    return bar(parts, _BAR * law.total / most)
