"""The review page of an assessment, sending it and giving it back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.forms import ReturnForm
from compliance.assurance.reviews.pages import PAGE, address, find, shown_again, shown_now
from compliance.ground.web.text import counted
from compliance.identity.organisations.access import MemberRequest, Permission, member_required


@require_safe
@member_required(Permission.VIEW)
def review(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    return render(request, PAGE, shown_now(request, assessment))


@require_POST
@member_required(Permission.ASSESS)
def send(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    try:
        actions.send(by=request.user, assessment=assessment)
    except ValidationError as error:
        for why in error.messages:
            messages.error(request, why)
    else:
        said = "Sent for review. Its answers cannot change until it is returned."
        messages.success(request, said)
    return redirect(address(assessment))


@require_POST
@member_required(Permission.CONFIRM)
def give_back(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    assessment = find(request, assessment_id)
    form = ReturnForm(request.POST)
    keys: list[str] = []
    if form.is_valid():
        try:
            keys = actions.return_for_changes(
                by=request.user, assessment=assessment, said=form.cleaned_data["said"]
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
    if form.errors:
        context = shown_again(request, assessment, "return_form", form, "said")
        return render(request, PAGE, context, status=422)
    done = f"Returned with {counted(len(keys), 'question')}."
    messages.success(request, done if keys else "Returned for changes.")
    return redirect(address(assessment))
