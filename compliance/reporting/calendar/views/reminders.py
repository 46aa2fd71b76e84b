"""Digests: a person's own choice, the organisation's default, and the way to end them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.reporting.calendar import actions
from compliance.reporting.calendar.digest_preview import preview
from compliance.reporting.calendar.forms import RemindersForm, RulesForm
from compliance.reporting.calendar.models import Reminders, Rules


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.VIEW)
def reminders(request: MemberRequest) -> HttpResponse:
    """How the person wants to be reminded, and what a digest would say now."""
    row = _own(request)
    if request.method != "POST":
        return _page(request, RemindersForm.of(row))
    form = RemindersForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        actions.set_reminders(by=request.user, organisation=request.organisation, chosen=form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, form, status=422)
    messages.success(request, "Saved.")
    return redirect("calendar:reminders", request.organisation.slug)


@require_POST
@member_required(Permission.MEMBERS)
def rules(request: MemberRequest) -> HttpResponse:
    """The organisation's default, and when officers hear of late work."""
    form = RulesForm(request.POST)
    if not form.is_valid():
        return _page(request, RemindersForm.of(_own(request)), form, status=422)
    actions.set_rules(by=request.user, organisation=request.organisation, **form.cleaned_data)
    messages.success(request, "Saved for the organisation.")
    return redirect("calendar:reminders", request.organisation.slug)


def _own(request: MemberRequest) -> Reminders:
    return Reminders.of(request.organisation, request.user)


def _page(
    request: MemberRequest,
    form: RemindersForm,
    rules_form: RulesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    row, its = _own(request), Rules.of(request.organisation)
    context: dict[str, Any] = {
        "form": form,
        "rules": its,
        "rules_form": rules_form or RulesForm.of(its),
        "reminders": row,
        "preview": preview(row, its, request.membership),
    }
    return render(request, "reporting/calendar/reminders.html", context, status=status)


@csrf_exempt  # a mail program sends no cookie and no token; the address is signed
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the digests by one POST (RFC 8058); a GET shows the button and ends nothing."""
    row = actions.stopped_by(token)
    if row is None:
        raise Http404
    if request.method == "POST":
        actions.stop(reminders=row)
    context = {"organisation": row.organisation, "is_over": request.method == "POST"}
    response = render(request, "reporting/calendar/stop.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
