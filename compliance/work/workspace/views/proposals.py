"""Proposals of programs: set aside, and back. Using one is a save of its row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from compliance.ground.web.htmx import wants_partial
from compliance.ground.web.rejected_input import Unsent
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Answer, Proposal
from compliance.work.proposals import actions
from compliance.work.workspace.forms import AsideForm
from compliance.work.workspace.pages import find, find_row, row_context
from compliance.work.workspace.row_pages import ROW, beside, undo_refused, whole_row

MINE = "mine"
"""Where to go back to, for those who came from the page of their own questions."""


@require_POST
@member_required(Permission.ANSWER)
def proposal_aside(
    request: MemberRequest, assessment_id: UUID, answer_id: int, proposal_id: int
) -> HttpResponse:
    answer = find_row(request, assessment_id, answer_id)
    form = AsideForm(request.POST)
    if not form.is_valid():
        faults = [str(text) for text in form.errors["reason"]]
        return _refused(request, answer, proposal_id, faults)
    try:
        _, event = actions.set_aside(
            by=request.user,
            organisation=request.organisation,
            assessment_id=assessment_id,
            answer_id=answer_id,
            proposal_id=proposal_id,
            reason=form.cleaned_data["reason"],
        )
    except Proposal.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _refused(request, answer, proposal_id, error.messages)
    said = "The proposal is set aside."
    if wants_partial(request.htmx):
        context = whole_row(request, answer, None, said=said)
        if event:
            args = [request.organisation.slug, assessment_id, event.seq]
            url = reverse("workspace:proposal_again", args=args)
            context |= {"event": event, "undo_url": url}
        return render(request, ROW, context)
    undo = f"&aside={event.seq}" if event else ""
    if request.POST.get("want") == MINE:
        return redirect(_mine(answer) + undo)
    if event is None:
        messages.success(request, f"{answer.question.key}: {said}")
    url = answer.assessment.get_absolute_url()
    return redirect(f"{url}?open={answer.pk}{undo}#answer-{answer.pk}")


@require_POST
@member_required(Permission.ANSWER)
def proposal_again(request: MemberRequest, assessment_id: UUID, seq: int) -> HttpResponse:
    """Undo of setting a proposal aside."""
    assessment = find(request, assessment_id)
    try:
        answer, is_open = actions.take_back(by=request.user, assessment=assessment, seq=seq)
    except (Event.DoesNotExist, Answer.DoesNotExist) as error:
        raise Http404 from error
    except ValidationError as error:
        back = f"{assessment.get_absolute_url()}mine/"
        is_mine = request.POST.get("want") == MINE
        return undo_refused(request, error.messages, back if is_mine else assessment)
    said = "The proposal is open again."
    if not is_open:
        said = "Nothing was undone: the proposal stands otherwise, or a newer one is open."
    if wants_partial(request.htmx):
        more = {"said": said, "level": "good" if is_open else "warn"}
        return render(request, ROW, whole_row(request, answer, None, **more))
    notify = messages.success if is_open else messages.warning
    notify(request, f"{answer.question.key}: {said}")
    if request.POST.get("want") == MINE:
        return redirect(_mine(answer))
    return redirect(f"{assessment.get_absolute_url()}?open={answer.pk}")


def _mine(answer: Answer) -> str:
    """The page of a person's own questions, at that one."""
    return f"{answer.assessment.get_absolute_url()}mine/?open={answer.pk}"


def _refused(request: MemberRequest, answer: Answer, proposal_id: int, faults: Sequence[str]) -> HttpResponse:
    """The faults in words beside the proposal; the reason stays on the page."""
    context: dict[str, Any] = {"faults": faults}
    template = "work/workspace/_faults.html"
    if not wants_partial(request.htmx):
        context |= row_context(request, answer)
        reason = context["reason"] = request.POST.get("reason", "")
        is_open = answer.proposals.open().filter(pk=proposal_id).exists()
        if reason.strip() and not is_open:
            context["unsent"] = Unsent((), (("Your reason", reason),))
        template = "work/workspace/row.html"
    return beside(request, render(request, template, context, status=422))
