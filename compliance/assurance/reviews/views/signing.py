"""Signing, and all that a person signed in every organisation."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.forms import SignForm
from compliance.assurance.reviews.own_signatures import MOST, signed_by
from compliance.assurance.reviews.pages import PAGE, address, find, shown_again
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    open_to,
)
from compliance.work.assessments.models import Assessment


@require_POST
@member_required(Permission.SIGN)
def sign(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Sign what the page showed; else the page as it is now, with the typed words."""
    assessment = find(request, assessment_id)
    form = SignForm(request.POST, review=assessment.reviews.filter(ended="").first())
    if not form.is_valid():
        return _again(request, assessment, form, 422)
    try:
        actions.sign(
            by=request.user,
            assessment=assessment,
            seen=form.cleaned_data["seen"],
            role=form.cleaned_data["role"],
            reservations=form.cleaned_data["reservations"],
            method=request.confirmed_by,
            named=request.confirmed_with,
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _again(request, assessment, form, 409)
    messages.success(request, _signed(request, assessment))
    return redirect(address(assessment))


def _signed(request: MemberRequest, assessment: Assessment) -> SafeString:
    report = reverse("reports:ask", args=[request.organisation.slug, assessment.pk])
    return format_html(
        'Signed. This assessment can no longer change. <a href="{}">Make the report</a>',
        report,
    )


def _again(request: MemberRequest, assessment: Assessment, form: SignForm, status: int) -> HttpResponse:
    context = shown_again(request, assessment, "form", form, "reservations", "role")
    return render(request, PAGE, context, status=status)


@require_safe
def signed_by_me(request: MemberRequest) -> HttpResponse:
    """Their signatures everywhere; titles where the session opens the organisation."""
    signatures = signed_by(request.user, open_to(request, Permission.VIEW))
    context = {"signatures": signatures, "most": MOST}
    return render(request, "assurance/reviews/signed_by_me.html", context)
