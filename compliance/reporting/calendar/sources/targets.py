"""Days by which levels are to be reached: those that lie ahead, of assessments in use."""

from collections.abc import Iterator, Sequence

from django.db.models import Max, Min
from django.urls import reverse
from django.utils.translation import gettext

from compliance.content.checklists.scales import scales_of
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry, Mark
from compliance.reporting.calendar.sources.scope import DateScope
from compliance.reporting.results.models import Target
from compliance.work.assessments.choices import AssessmentStatus

TARGET = "target"


def targets(wanted: DateScope) -> Iterator[Mark]:
    """A mark for each day, scale and reach; nobody's own, so none for one person."""
    if wanted.person:
        return
    rows = Target.objects.filter(organisation=wanted.organisation, holds_by__gte=wanted.today).exclude(
        assessment__status=AssessmentStatus.ARCHIVED
    )
    if wanted.assessment:
        rows = rows.filter(assessment=wanted.assessment)
    found = (
        rows.order_by()
        .values_list("holds_by", "scale", "checklist", "assessment")
        .annotate(first=Min("pk"), at=Max("set_at"))
    )
    for day, *_, first, at in found:
        yield Mark(day, TARGET, str(first), at=at)


def entries_of_targets(wanted: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessment or the checklist for which they hold."""
    slug = wanted.organisation.slug
    rows = Target.objects.select_related("assessment__edition__checklist", "checklist").in_bulk(
        [int(mark.pk) for mark in marks]
    )
    for mark in marks:
        one = rows[int(mark.pk)]
        name, path = one.scale, reverse("results:overview", args=[slug])
        detail = one.checklist.title
        if one.assessment:
            names = {s.key: s.name for s in scales_of(one.assessment.edition.scales)}
            name = names.get(one.scale, one.scale)
            path = reverse("results:result", args=[slug, one.assessment_id])
            detail = str(one.assessment)
        yield Entry(
            key=f"{TARGET}-{one.checklist_id}-{one.assessment_id or 'all'}-{one.scale}",
            kind=Kind.REVIEW,
            day=mark.day,
            title=gettext("Targets hold: %(scale)s") % {"scale": name},
            path=path,
            at=mark.at or one.set_at,
            detail=detail,
        )
