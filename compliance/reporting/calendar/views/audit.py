"""The calendar of an auditor: the own seats and requests, and the address of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.ground.web.mail import absolute
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp
from compliance.reporting.calendar import actions
from compliance.reporting.calendar.models import Feed
from compliance.reporting.calendar.pages import CalendarQuery, audit_context


@require_safe
@member_required(Permission.AUDIT)
def audit(request: MemberRequest) -> HttpResponse:
    return _page(request)


@require_POST
@member_required(Permission.AUDIT, StepUp.FRESH)
def audit_subscribe(request: MemberRequest) -> HttpResponse:
    """Make an address; the page that comes is the only one that ever shows it."""
    _, token = actions.make_feed(by=request.user, organisation=request.organisation, is_own_only=True)
    return _page(request, address=absolute(reverse("calendar:feed", args=[token])))


@require_POST
@member_required(Permission.AUDIT)
def audit_unsubscribe(request: MemberRequest) -> HttpResponse:
    """Take the own address back."""
    actions.end_feed(by=request.user, organisation=request.organisation, user=request.user)
    messages.success(request, "The address no longer works.")
    return redirect("calendar:audit", request.organisation.slug)


def _page(request: MemberRequest, **more: Any) -> HttpResponse:
    organisation, user = request.organisation, request.user
    asked = CalendarQuery.of(request.GET.dict())
    context = audit_context(organisation, user, request.may, timezone.localdate(), asked)
    context |= {"feed": Feed.of(organisation, user)} | more
    return render(request, "reporting/calendar/audit.html", context)
