"""Archiving an assessment, and taking it up again."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments import actions
from compliance.work.workspace.pages import find


@require_POST
@member_required(Permission.ASSESS)
def archive(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    said = "Archived. It stays readable, and no answer in it changes."
    return _move(request, assessment_id, actions.archive, said)


@require_POST
@member_required(Permission.ASSESS)
def take_up(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    said = "Taken up again: it can be answered."
    return _move(request, assessment_id, actions.take_up, said)


def _move(
    request: MemberRequest,
    assessment_id: UUID,
    action: Callable[..., object],
    said: str,
) -> HttpResponse:
    assessment = find(request, assessment_id)
    try:
        action(by=request.user, assessment=assessment)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, said)
    return redirect(assessment)
