"""The organisation gives and ends seats, and sees what was looked at."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.assessments.models import Assessment
from compliance.organisations import limits
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.organisations.fresh import refused
from compliance.seats import actions
from compliance.seats.forms import SeatForm
from compliance.seats.reading import looked as looked_of
from compliance.seats.reading import looks, seats_in
from compliance.seats.views.showing import find, seats_told

ON_A_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@member_required(Permission.SEATS)
def seats(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Who from outside may read the assessment, and a form to let one more in."""
    assessment = find(request, assessment_id)
    form = SeatForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        status = _give(request, assessment, form)
        if status == 302:
            messages.success(
                request, f"{form.cleaned_data['email']} has a seat, and a mail says so."
            )
            return redirect("seats:list", request.organisation.slug, assessment.pk)
    elif form.is_bound:
        status = 422
    context = seats_told(request, assessment, form=form)
    return render(request, "seats/list.html", context, status=status)


def _give(request: MemberRequest, assessment: Assessment, form: SeatForm) -> int:
    """302 when the seat is given, else the status of the refusal, told at the form."""
    if status := refused(request, form):
        return status
    if not limits.may_send(request):
        form.add_error(None, limits.TOO_MANY)
        return 429
    try:
        actions.give_seat(by=request.user, assessment=assessment, **form.told)
    except ValidationError as error:
        form.add_error(None, error)
        return 422
    return 302


@require_POST
@member_required(Permission.SEATS)
def end(request: MemberRequest, seat_id: int) -> HttpResponse:
    seat = get_object_or_404(seats_in(request.organisation), pk=seat_id)
    try:
        actions.end_seat(by=request.user, seat=seat)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"The seat of {seat.user} is ended.")
    return redirect("seats:list", request.organisation.slug, seat.assessment_id)


@require_safe
@member_required(Permission.SEATS)
def looked(request: MemberRequest, seat_id: int) -> HttpResponse:
    """What the auditor looked at, newest first."""
    seat = get_object_or_404(seats_in(request.organisation), pk=seat_id)
    page = Paginator(looked_of(seat), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "seat": seat,
        "assessment": seat.assessment,
        "page": page,
        "looks": looks(page.object_list),
    }
    return render(request, "seats/looked.html", context)
