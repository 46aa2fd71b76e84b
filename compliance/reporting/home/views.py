"""Home: the person's open work, and the state of the organisation."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.ground.web.replica import may_lag
from compliance.ground.web.text import searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.choices import Role
from compliance.reporting.home import actions
from compliance.reporting.home.forms import AwayForm
from compliance.reporting.home.needs import OF_A_KIND, Need
from compliance.reporting.home.todo import SOON, expiring, needs, work_of
from compliance.templatetags.ui import long_day
from compliance.work.assessments.choices import TALKED, ActionFilter
from compliance.work.scoping.cards import cards
from compliance.work.workspace.lists import ON_A_PAGE, by_theme, listed, standing

MOST = 5
GONE = "This does not wait for you any more."
PAGES = {"home": "home:home", "work": "home:work"}
"""Pages from which something is put away, and to which that leads back."""


@require_safe
@member_required(Permission.VIEW)
@may_lag
def home(request: MemberRequest) -> HttpResponse:
    today = timezone.localdate()
    mine = work_of(_needs(request), request.organisation, request.user)
    remedies = request.organisation.actions.all()
    first = list(listed(request.organisation)[: ON_A_PAGE + 1])
    rows = standing(first[:ON_A_PAGE], today, request.user.pk)
    going_on = [row for row in rows if row.assessment.is_talked_about]
    closed = rows[len(going_on) :]
    has_any = first or mine.groups or mine.away
    context = {
        "today": today,
        "work": mine,
        "of_a_kind": OF_A_KIND,
        "page_name": "home",
        "rows": rows,
        "groups": by_theme(going_on),
        "closed": closed,
        "closed_groups": [("", closed)],
        "closed_count": request.organisation.assessments.exclude(status__in=TALKED).count(),
        "void_count": sum(row.void is not None for row in closed),
        "has_more": len(first) > ON_A_PAGE,
        "overdue": remedies.shown(ActionFilter.OVERDUE, request.user, today).for_page()[:MOST],
        "action_counts": remedies.counts(request.user, today),
        "soon": today + SOON,
        "expiring": expiring(request.organisation, today)[:MOST],
        "is_first": not has_any and Permission.ASSESS in request.may,
        "cards": partial(cards, request.organisation),
    }
    return render(request, "reporting/home/home.html", context)


@require_safe
@member_required(Permission.VIEW)
@may_lag
def work(request: MemberRequest) -> HttpResponse:
    """Everything that waits for the person, without the limit of the home page."""
    mine = work_of(_needs(request), request.organisation, request.user)
    context = {"work": mine, "today": timezone.localdate(), "page_name": "work"}
    return render(request, "reporting/home/work.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.VIEW)
def away(request: MemberRequest) -> HttpResponse:
    """Put one thing away until a day; htmx asks for the form alone, in its line."""
    sent = request.POST if request.method == "POST" else request.GET
    page_name = sent.get("page") if sent.get("page") in PAGES else "work"
    thing = sent.get("thing", "")
    need = next((one for one in _needs(request) if one.thing == thing), None)
    if need is None and request.htmx:
        return _away_page(request, None, {"page_name": page_name})
    if need is None:
        messages.warning(request, GONE)
        return _led(request, page_name)
    today = timezone.localdate()
    form = AwayForm(sent if request.method == "POST" else None, today=today, auto_id=f"{thing}-%s")
    if form.is_valid():
        try:
            actions.put_away(
                by=request.user,
                organisation=request.organisation,
                need=need,
                until=form.cleaned_data["until"],
                today=today,
            )
        except ValidationError as error:
            form.add_error("until", error)
        else:
            until = long_day(form.cleaned_data["until"])
            messages.success(request, f"“{need.title}” is put away until {until}.")
            return _led(request, page_name)
    return _away_page(request, need, {"form": form, "page_name": page_name})


def _away_page(request: MemberRequest, need: Need | None, context: dict[str, Any]) -> HttpResponse:
    """The form on a page or in the line of its thing; there words once it is gone."""
    is_part = bool(request.htmx)
    page = "reporting/home/_away.html" if is_part else "reporting/home/away.html"
    status = 422 if request.method == "POST" else 200
    context |= {"need": need, "is_part": is_part, "gone": GONE}
    return render(request, page, context, status=status)


@require_POST
@member_required(Permission.VIEW)
def back(request: MemberRequest) -> HttpResponse:
    """Put something back among the work."""
    actions.bring_back(
        by=request.user,
        organisation=request.organisation,
        thing=searched(request.POST.get("thing", "")),
    )
    messages.success(request, "It is among your work again.")
    return _led(request, "work")


def _led(request: MemberRequest, page_name: str | None) -> HttpResponse:
    """Back to the page with the list of work that someone came from, at its message."""
    return redirect(PAGES[page_name or "work"], request.organisation.slug)


def _needs(request: MemberRequest) -> list[Need]:
    """Work that waits for the person; a contributor has a page of their own for answers."""
    is_guest = request.membership.role == Role.CONTRIBUTOR
    return needs(
        request.organisation,
        request.user,
        timezone.localdate(),
        is_guest=is_guest,
        allowed=request.may,
    )
