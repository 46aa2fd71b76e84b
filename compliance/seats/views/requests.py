"""Requests as the organisation sees them: to answer and to close."""

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

from compliance.organisations import limits
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.seats import actions
from compliance.seats.choices import RequestFilter
from compliance.seats.forms import ReplyForm
from compliance.seats.models import Request
from compliance.seats.reading import requests_of

ON_A_PAGE = 50


@require_safe
@member_required(Permission.SEATS)
def request_list(request: MemberRequest) -> HttpResponse:
    """What auditors asked for, by whose turn it is."""
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
    return render(request, "seats/request_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SEATS)
def request(request: MemberRequest, request_id: int) -> HttpResponse:
    """One request with its thread, and a form to answer it."""
    row = _find(request, request_id)
    data = request.POST if request.method == "POST" else None
    form = ReplyForm(data, assessment=row.assessment)
    if form.is_valid():
        if not limits.may_send(request):
            form.add_error(None, limits.TOO_MANY)
            return _page(request, row, form, 429)
        try:
            actions.reply(by=request.user, request=row, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Answered. A mail says so to the auditor.")
            return redirect(request.path)
    return _page(request, row, form, 422 if form.errors else 200)


@require_POST
@member_required(Permission.SEATS)
def request_close(request: MemberRequest, request_id: int) -> HttpResponse:
    row = _find(request, request_id)
    actions.close(by=request.user, request=row)
    messages.success(request, f"{row.code} is closed.")
    return redirect("seats:request_list", request.organisation.slug)


def _find(request: MemberRequest, request_id: int) -> Request:
    return get_object_or_404(requests_of(request.organisation), pk=request_id)


def _page(
    request: MemberRequest, row: Request, form: ReplyForm, status: int
) -> HttpResponse:
    context = {
        "asked": row,
        "assessment": row.assessment,
        "thread": row.messages.select_related("by", "evidence"),
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "seats/request.html", context, status=status)
