"""Requests as the organisation sees them: to answer and to close."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.assurance.seats import actions
from compliance.assurance.seats.choices import RequestFilter
from compliance.assurance.seats.forms import MOST_OFFERED, ReplyForm
from compliance.assurance.seats.models import Request
from compliance.assurance.seats.queries import requests_of
from compliance.content.evidence import actions as library
from compliance.content.evidence.models import Evidence
from compliance.content.evidence.refusals import add_refusals
from compliance.ground.web.mail import by_mail
from compliance.ground.web.sendings import sending_of
from compliance.ground.web.text import searched
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp

ON_A_PAGE = 50


@require_safe
@member_required(Permission.SEATS)
def request_list(request: MemberRequest) -> HttpResponse:
    """Auditors' requests, by whose turn it is."""
    today = timezone.localdate()
    show = request.GET.get("show", "")
    show = show if show in RequestFilter.values else RequestFilter.OPEN.value
    rows = requests_of(request.organisation).shown(show, request.user, today)
    context = {
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "filters": RequestFilter.choices,
        "show": show,
        "today": today,
    }
    return render(request, "assurance/seats/request_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SEATS, StepUp.SESSION)
def request(request: MemberRequest, request_id: int) -> HttpResponse:
    """One request with its thread, and a form to answer it."""
    row = _find(request, request_id)
    if request.method != "POST" or "search" in request.POST:
        typed = {name: request.POST.get(name, "") for name in ("text", "evidence")}
        return _page(request, row, _form(request, row, initial=typed), 200)
    form = _form(request, row, request.POST, request.FILES)
    status = _answer(request, row, form) if form.is_valid() else 422
    if form.errors:
        return _page(request, row, form, status)
    messages.success(request, f"Answered. {_mailed(row)}")
    return redirect(request.path)


def _mailed(row: Request) -> str:
    if not actions.reaches(row):
        return "The auditor has no open seat any more, so nobody gets a mail."
    return by_mail("The auditor gets a mail.")


def _form(
    request: MemberRequest,
    row: Request,
    *sent: Any,
    initial: dict[str, Any] | None = None,
) -> ReplyForm:
    """The form with what it offers: what a search found, else the newest."""
    query = _query(request)
    return ReplyForm(*sent, assessment=row.assessment, query=query, initial=initial)


def _query(request: MemberRequest) -> str:
    return searched(request.POST.get("q", ""))


def _answer(request: MemberRequest, row: Request, form: ReplyForm) -> int:
    """Send what was typed, with a file; what is refused goes into the form."""
    if row.is_closed:
        form.add_error(None, actions.CLOSED)
        return 422
    if not rate_limits.may_send(request):
        form.add_error(None, rate_limits.TOO_MANY)
        return 429
    values = form.cleaned_data

    def reply(evidence: Evidence | None) -> object:
        return actions.reply(
            by=request.user,
            request=row,
            text=values["text"],
            evidence=evidence,
            sending=sending_of(request),
        )

    if upload := values["upload"]:
        outcomes = library.add_each(
            by=request.user,
            organisation=request.organisation,
            uploads=[upload],
            then=reply,
            sending=sending_of(request),
        )
        return _add_faults(form, outcomes)
    try:
        reply(values["evidence"])
    except ValidationError as error:
        form.add_error(None, error)
    return 422


def _add_faults(form: ReplyForm, outcomes: Sequence[library.Outcome]) -> int:
    """Why a new file was not kept, or was kept and not sent."""
    status = add_refusals(form, outcomes)
    for one in outcomes:
        if one.unused:
            said = f"“{one.evidence}” is in the library, but was not sent."
            form.add_error(None, f"{said} {one.unused}")
            status = 422
    return status


@require_POST
@member_required(Permission.SEATS, StepUp.SESSION)
def request_close(request: MemberRequest, request_id: int) -> HttpResponse:
    row = _find(request, request_id)
    actions.close(by=request.user, request=row)
    messages.success(request, f"{row.code} is closed.")
    return redirect("seats:request_list", request.organisation.slug)


def _find(request: MemberRequest, request_id: int) -> Request:
    return get_object_or_404(requests_of(request.organisation), pk=request_id)


def _page(request: MemberRequest, row: Request, form: ReplyForm, status: int) -> HttpResponse:
    context = {
        "asked": row,
        "assessment": row.assessment,
        "thread": row.messages.select_related("by", "evidence"),
        "form": form,
        "query": _query(request),
        "most": MOST_OFFERED,
        "is_file_left": "search" in request.POST and bool(request.FILES),
        "today": timezone.localdate(),
    }
    return render(request, "assurance/seats/request.html", context, status=status)
