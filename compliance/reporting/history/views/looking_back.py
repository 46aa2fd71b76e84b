"""An assessment at an earlier moment, and the differences between two moments."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from compliance.content.checklists.force import Mark, marks_of
from compliance.ground.web.text import number_in
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.reporting.history.looking_back import (
    ZONED,
    between,
    event_before,
    event_of,
    moment_in,
    remarks,
    then,
)
from compliance.work.snapshots.folding import LackingError
from compliance.work.snapshots.moments import days_of

DAYS = 14


@require_GET
@member_required(Permission.REPORT)
def as_of(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Read only: ``at`` or ``seq`` says when, ``until``, either of them, to compare it with."""
    assessments = request.organisation.assessments.for_page()
    assessment = get_object_or_404(assessments, pk=assessment_id)
    asked = {name: request.GET.get(name, "")[:40] for name in ("at", "seq", "until")}
    event = event_of(assessment, asked["seq"]) or event_before(assessment, asked["at"])
    other = event_of(assessment, asked["until"]) or event_before(assessment, asked["until"])
    faults, found, later = list[str](), None, None
    try:
        found = then(assessment, event) if event else None
        later = then(assessment, other) if found and other else None
    except LackingError as error:
        faults = error.messages
    if found and later and later.event.seq < found.event.seq:
        found, later = later, found  # "then" reads forward
    number = number_in(request.GET.get("section"))
    section = found and found.section(number or 0)
    marks = marks_of(assessment.edition) if section else {}
    context = {
        "assessment": assessment,
        "then": found,
        "later": later,
        "section": section,
        "marked": [(line, marks.get(line.key, Mark())) for line in section.lines] if section else [],
        "differences": between(found.content, later.content) if found and later else None,
        "days": days_of(assessment, DAYS),
        "asked": asked,
        "remarks": remarks(assessment, asked) + faults,
        "is_other_lost": bool(found and (other or moment_in(asked["until"])))
        and later is None
        and not faults,
        "is_lost": found is None
        and not faults
        and bool(event_of(assessment, asked["seq"]) or moment_in(asked["at"])),
        "now": timezone.localtime().strftime(ZONED),
    }
    return render(request, "reporting/history/as_of.html", context)
