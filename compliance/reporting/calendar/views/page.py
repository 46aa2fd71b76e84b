"""The calendar, and the address to subscribe to it: made, shown once, taken back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from compliance.ground.web.mail import absolute
from compliance.ground.web.replica import may_lag
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp
from compliance.reporting.calendar import actions
from compliance.reporting.calendar.forms import OWN, FeedForm
from compliance.reporting.calendar.models import Feed
from compliance.reporting.calendar.pages import CalendarQuery, context_of


@require_safe
@member_required(Permission.VIEW)
@may_lag
def calendar(request: MemberRequest) -> HttpResponse:
    return _page(request, FeedForm())


@require_POST
@member_required(Permission.VIEW, StepUp.FRESH)
def subscribe(request: MemberRequest) -> HttpResponse:
    """Make an address; the page that comes is the only one that ever shows it."""
    form = FeedForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        _, token = actions.make_feed(
            by=request.user,
            organisation=request.organisation,
            is_own_only=form.cleaned_data["reach"] == OWN,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, form, 422)
    path = reverse("calendar:feed", args=[token])
    return _page(request, FeedForm(), address=absolute(path))


@require_POST
@member_required(Permission.VIEW)
def unsubscribe(request: MemberRequest) -> HttpResponse:
    """Take the person's own address back."""
    actions.end_feed(by=request.user, organisation=request.organisation, user=request.user)
    messages.success(request, "The address no longer works.")
    return redirect("calendar:calendar", request.organisation.slug)


def _page(request: MemberRequest, form: FeedForm, status: int = 200, **more: Any) -> HttpResponse:
    organisation, user = request.organisation, request.user
    asked = CalendarQuery.of(request.GET.dict())
    context = context_of(organisation, user, request.may, timezone.localdate(), asked)
    context |= {"feed": Feed.of(organisation, user), "form": form} | more
    return render(request, "reporting/calendar/calendar.html", context, status=status)
