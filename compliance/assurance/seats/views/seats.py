"""The organisation gives and ends seats, and sees what was looked at."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.assurance.seats import actions
from compliance.assurance.seats.events import SEAT_OFFER_ENDED
from compliance.assurance.seats.forms import SeatForm
from compliance.assurance.seats.models import Seat, SeatOffer
from compliance.assurance.seats.pages import find, seats_context
from compliance.assurance.seats.queries import looked as looked_of
from compliance.assurance.seats.queries import looks, offers_in, seats_in
from compliance.ground.web.mail import by_mail
from compliance.ground.web.sendings import sending_of
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.invitation_delivery import handed
from compliance.identity.organisations.reauthentication import StepUp
from compliance.proof.audit import trail
from compliance.work.assessments.models import Assessment

ON_A_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.SEATS)
def seats(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Outsiders who may read the assessment, and a form to let one more in."""
    assessment = find(request, assessment_id)
    form = SeatForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid() and not (status := rate_limits.hindered(request, form)):
        try:
            given = actions.give_seat(
                by=request.user,
                assessment=assessment,
                sending=sending_of(request),
                **form.cleaned_data,
            )
        except ValidationError as error:
            form.add_error(None, error)
            status = 422
        else:
            return _given(request, assessment, given)
    context = seats_context(request, assessment, form=form)
    return render(request, "assurance/seats/list.html", context, status=status)


def _given(request: MemberRequest, assessment: Assessment, given: Seat | SeatOffer) -> HttpResponse:
    back = reverse("seats:list", args=[request.organisation.slug, assessment.pk])
    if isinstance(given, SeatOffer):
        said = f"{given.invitation.email} is invited: the seat opens once they join."
        return handed(request, given.invitation, said, back)
    messages.success(request, f"{given.user.email} has a seat. {by_mail('A mail was sent.')}")
    return redirect(back)


@require_POST
@member_required(Permission.SEATS, StepUp.SESSION)
def offer_end(request: MemberRequest, offer_id: int) -> HttpResponse:
    done = trail.removed(
        offers_in(request.organisation),
        offer_id,
        by=request.user,
        organisation_id=request.organisation.pk,
        action=SEAT_OFFER_ENDED,
    )
    if done:
        before = trail.changes(done)[0]
        messages.success(request, f"The seat for {before['person']} is taken back.")
        slug = request.organisation.slug
        return redirect("seats:list", slug, before["assessment"])
    offer = get_object_or_404(offers_in(request.organisation), pk=offer_id)
    try:
        actions.end_offer(by=request.user, offer=offer)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        said = f"The seat for {offer.invitation.email} is taken back."
        messages.success(request, said)
    return redirect("seats:list", request.organisation.slug, offer.assessment_id)


@require_POST
@member_required(Permission.SEATS, StepUp.SESSION)
def end(request: MemberRequest, seat_id: int) -> HttpResponse:
    seat = get_object_or_404(seats_in(request.organisation), pk=seat_id)
    try:
        actions.end_seat(by=request.user, seat=seat)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, f"The seat of {seat.user} has ended.")
    return redirect("seats:list", request.organisation.slug, seat.assessment_id)


@require_safe
@member_required(Permission.SEATS)
def looked(request: MemberRequest, seat_id: int) -> HttpResponse:
    """Pages that the auditor opened, newest first."""
    seat = get_object_or_404(seats_in(request.organisation), pk=seat_id)
    page = Paginator(looked_of(seat), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "seat": seat,
        "assessment": seat.assessment,
        "page": page,
        "looks": looks(page.object_list),
    }
    return render(request, "assurance/seats/looked.html", context)
