"""Assessments of an organisation with their numbers, for lists."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Q, When

from compliance.assessments.choices import AssessmentStatus
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.scoring import Tally, tally
from compliance.assessments.strip import Part, stacked
from compliance.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one assessment stands; ``ahead`` counts duties that bind only later."""

    assessment: Assessment
    tally: Tally
    ahead: Tally

    @property
    def bar(self) -> list[Part]:
        return stacked(self.tally.parts(), 400)


def standing(organisation: Organisation, today: date) -> list[Standing]:
    """Every assessment, by theme and newest first, archived ones last; two queries."""
    assessments = organisation.assessments.for_page().order_by(
        Case(When(status=AssessmentStatus.RUNNING, then=0), default=1),
        "edition__checklist__theme__position",
        "-started_at",
    )
    later = Q(binds_from__gt=today)
    counts = (
        Answer.objects.filter(assessment__organisation=organisation, applies=True)
        .values_list("assessment_id", "verdict")
        .annotate(now=Count("pk", filter=~later), ahead=Count("pk", filter=later))
        .order_by()
    )
    now: dict[object, list[tuple[str, int]]] = {}
    ahead: dict[object, list[tuple[str, int]]] = {}
    for assessment_id, verdict, binding, coming in counts:
        now.setdefault(assessment_id, []).append((verdict, binding))
        ahead.setdefault(assessment_id, []).append((verdict, coming))
    return [
        Standing(one, tally(now.get(one.pk, [])), tally(ahead.get(one.pk, [])))
        for one in assessments
    ]
