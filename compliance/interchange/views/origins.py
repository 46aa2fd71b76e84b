"""Where an assessment was brought in from."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.interchange.records import origins
from compliance.organisations.access import MemberRequest, Permission, member_required

PAGE = 100


@require_safe
@member_required(Permission.TRAIL)
def origin(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """The trail of there, checked; ``?trail=2&before=SEQ`` shows others and older ones."""
    rows = origins.origins_of(request.organisation)
    found = get_object_or_404(rows, assessment=assessment_id)
    trails = origins.kept_with(found.assessment)
    asked = request.GET.get("trail", "")
    shown = next((k for k in trails if str(k.trail.position) == asked), trails[-1])
    before = request.GET.get("before", "")
    events = shown.trail.events.order_by("-seq")
    if before.isascii() and before.isdigit() and len(before) < 19:
        events = events.filter(seq__lt=int(before))
    some = list(events[: PAGE + 1])
    context = {
        "origin": found,
        "assessment": found.assessment,
        "trails": trails,
        "shown": shown,
        "entries": origins.entries(some[:PAGE], shown.trail),
        "older": some[PAGE - 1].seq if len(some) > PAGE else None,
    }
    return render(request, "interchange/origin.html", context)
