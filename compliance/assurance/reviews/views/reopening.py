"""Opening a signed assessment again."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.choices import Decision
from compliance.assurance.reviews.forms import DecideForm, ReasonForm
from compliance.assurance.reviews.pages import PAGE, address, find, shown_again
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.identity.organisations.reauthentication import StepUp


@require_POST
@member_required(Permission.REOPEN, StepUp.SESSION)
def reopen(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            actions.ask_reopening(
                by=request.user,
                assessment=assessment,
                reason=form.cleaned_data["reason"],
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
    if form.errors:
        context = shown_again(request, assessment, "reopen_form", form, "reason")
        return render(request, PAGE, context, status=422)
    messages.success(request, "Asked. A second person approves it here.")
    return redirect(address(assessment))


@require_POST
@member_required(Permission.REOPEN)
def reopen_decide(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Leave it signed, or open it again: that asks anew who decides."""
    assessment = find(request, assessment_id)
    form = DecideForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose whether to reopen it.")
        return redirect(address(assessment))
    decision = Decision(form.cleaned_data["decision"])
    try:
        done = actions.decide_reopening(by=request.user, assessment=assessment, decision=decision)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect(address(assessment))
    said = "It stays signed."
    if decision == Decision.APPROVED:
        said = f"Reopened as revision {done.revision + 1}. The signed state stays."
    messages.success(request, said)
    return redirect(address(assessment))
