"""Home: the person's open work, and the state of the organisation."""

from datetime import date
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from compliance.assessments.choices import ActionFilter
from compliance.home.todo import SOON, Need, expiring, needs
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.organisations.choices import Role
from compliance.workspace.cards import cards
from compliance.workspace.lists import ON_A_PAGE, listed, standing

MOST = 5


@require_safe
@member_required(Permission.VIEW)
def home(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    mine = _needs(request, today)
    actions = request.organisation.actions.all()
    first = list(listed(request.organisation)[: ON_A_PAGE + 1])
    context = {
        "today": today,
        "needs": mine[:MOST],
        "need_count": len(mine),
        "pressing_count": sum(need.is_pressing for need in mine),
        "rows": standing(first[:ON_A_PAGE], today, request.user.pk),
        "has_more": len(first) > ON_A_PAGE,
        "overdue": actions.shown(ActionFilter.OVERDUE, request.user, today).for_page()[
            :MOST
        ],
        "action_counts": actions.counts(request.user, today),
        "soon": today + SOON,
        "expiring": expiring(request.organisation, today)[:MOST],
        "is_first": not (first or mine) and Permission.ASSESS in request.may,
        "cards": partial(cards, request.organisation),
    }
    return render(request, "home/home.html", context)


@require_safe
@member_required(Permission.VIEW)
def work(request: MemberRequest) -> HttpResponse:
    """Everything that waits for the person, without the limit of the home page."""
    today = timezone.localdate()
    mine = _needs(request, today)
    return render(request, "home/work.html", {"needs": mine, "today": today})


def _needs(request: MemberRequest, today: date) -> list[Need]:
    """Work that waits for the person; a contributor has a page of their own for answers."""
    is_guest = request.membership.role == Role.CONTRIBUTOR
    return needs(
        request.organisation,
        request.user,
        today,
        is_guest=is_guest,
        allowed=request.may,
    )
