"""Home: what needs the person, and where the organisation stands."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.assessments.lists import standing
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.reports.needs import expiring, needs

MOST = 5


@require_safe
@member_required(Permission.VIEW)
def home(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    mine = needs(request.organisation, request.user, today)
    context = {
        "today": today,
        "needs": mine[:MOST],
        "need_count": len(mine),
        "pressing_count": sum(need.is_pressing for need in mine),
        "rows": standing(request.organisation, today),
        "expiring": expiring(request.organisation, today)[:MOST],
    }
    return render(request, "reports/home.html", context)


@require_safe
@member_required(Permission.VIEW)
def work(request: MemberRequest) -> HttpResponse:
    """Everything that waits for the person, without the limit of the home page."""
    today = timezone.localdate()
    mine = needs(request.organisation, request.user, today)
    return render(request, "reports/work.html", {"needs": mine, "today": today})
