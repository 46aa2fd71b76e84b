"""Being there, and having seen what others changed."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.ground.web.htmx import wants_partial
from compliance.identity.accounts.session_expiry import in_background
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.presence import actions
from compliance.work.presence.places import here, place
from compliance.work.presence.seeing import unseen
from compliance.work.workspace.forms import PresenceForm, VisitForm
from compliance.work.workspace.pages import find

FAULT = "This page does not say up to which change. Reload it."


@require_POST
@member_required(Permission.VIEW)
@in_background
def presence(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Where the person is; who else is here, or 204 when the page knows that."""
    form = PresenceForm(request.POST)
    form.is_valid()
    now = timezone.now()
    answer_id = form.cleaned_data.get("answer")
    try:
        at = place(request.organisation, assessment_id, request.user, answer_id)
    except (Assessment.DoesNotExist, Answer.DoesNotExist) as error:
        raise Http404 from error
    if not at.assessment.is_open:
        return HttpResponse(status=204)
    if form.cleaned_data.get("gone"):
        actions.leave(by=request.user, assessment=at.assessment, at=now)
        return HttpResponse(status=204)
    actions.arrive(by=request.user, place=at, at=now)
    found = here(at.assessment, request.user, now)
    if found.as_text == form.cleaned_data.get("known"):
        return HttpResponse(status=204)
    return render(request, "work/workspace/_here.html", {"here": found})


@require_POST
@member_required(Permission.VIEW)
def seen(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Mark changes by others as seen, up to the event that the page was made at."""
    assessment = find(request, assessment_id)
    form = VisitForm(request.POST)
    if not form.is_valid():
        return _reply(request, assessment, {"faults": [FAULT]}, 422)
    try:
        context = _moved(request, assessment, **form.cleaned_data)
    except ValidationError as error:
        return _reply(request, assessment, {"faults": error.messages}, 422)
    return _reply(request, assessment, context, 200)


def _moved(
    request: MemberRequest, assessment: Assessment, seq: int | None, back: int | None
) -> dict[str, Any]:
    """The move along the trail, or what became of taking one back."""
    by, now = request.user, timezone.now()
    if back is None or seq is None:
        moved = actions.see(by=by, assessment=assessment, seq=seq, at=now)
        return {"moved": moved}
    moved = actions.Moved(back, seq)
    is_back = actions.look_again(by=by, assessment=assessment, moved=moved, at=now)
    if not is_back:
        return {"stays": True}
    return {"unseen": unseen(assessment, by.pk), "is_back": True}


def _reply(
    request: MemberRequest, assessment: Assessment, context: dict[str, Any], status: int
) -> HttpResponse:
    context |= {"assessment": assessment, "base_url": assessment.get_absolute_url()}
    is_part = wants_partial(request.htmx)
    template = "work/workspace/_seen.html" if is_part else "work/workspace/seen.html"
    return render(request, template, context, status=status)
