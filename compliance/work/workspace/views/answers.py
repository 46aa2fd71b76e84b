"""Requests of a row: save, undo."""

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.ground.web.htmx import wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from compliance.work.assessments.models import Answer, Proposal
from compliance.work.assessments.versions import Known
from compliance.work.workspace.counts import counted
from compliance.work.workspace.forms import AnswerForm
from compliance.work.workspace.milestones import closes, milestone
from compliance.work.workspace.pages import find, find_row, frame, row_context
from compliance.work.workspace.row_pages import (
    ROW,
    add_milestone_message,
    beside,
    compared,
    is_inside,
    mark,
    put_typed,
    undo_context,
    undo_refused,
    whole_row,
)


@require_POST
@member_required(Permission.ANSWER)
def answer_save(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        known = form.cleaned_data.get("base")
        return _invalid(request, assessment_id, answer_id, form.errors.values(), known)
    known = form.cleaned_data["base"]
    try:
        done = actions.save_answer(
            by=request.user,
            organisation=request.organisation,
            assessment_id=assessment_id,
            answer_id=answer_id,
            changes=form.changes(),
            base=known,
            used=form.used(),
        )
    except (Answer.DoesNotExist, Proposal.DoesNotExist) as error:
        raise Http404 from error
    except ValidationError as error:
        return _invalid(request, assessment_id, answer_id, [error.messages], known)
    if isinstance(done, actions.Refused):
        return _refused(request, done)
    return _saved(request, done, known)


def _saved(request: MemberRequest, done: actions.Saved, page: Known) -> HttpResponse:
    answer, event = done.answer, done.event
    if not wants_partial(request.htmx):
        return _to_row(request, answer, event)
    if request.POST.get("want") == "row":
        return render(request, ROW, whole_row(request, answer, event))
    if request.POST.get("want") == "mine":
        context = undo_context(answer, event) | {"known": done.known, "is_swap": True}
        context |= {"now": timezone.now()}
        return render(request, "work/workspace/_saved_mine.html", context)
    today = timezone.localdate()
    context = frame(request, answer.assessment, today) | undo_context(answer, event)
    context |= {"known": done.known, "has_body": "body" in request.POST}
    if event and not is_inside(event, page):
        counts = counted(answer, today)
        context |= mark(counts, answer)
        context |= {"milestone": milestone(answer, event, counts.section)}
    return render(request, "work/workspace/_saved.html", context)


def _to_row(request: MemberRequest, answer: Answer, event: Event | None) -> HttpResponse:
    """Without a script: the page at the row, which says the milestone once."""
    today = timezone.localdate()
    if closes(event):
        found = milestone(answer, event, counted(answer, today).section)
        add_milestone_message(request, answer.assessment, found)
    return redirect(f"{answer.assessment.get_absolute_url()}?open={answer.pk}")


def _refused(request: MemberRequest, done: actions.Refused) -> HttpResponse:
    answer = done.answer
    block = compared(request, done)
    context: dict[str, Any] = {"answer": answer, "conflict": block, "is_swap": True}
    context["known"] = done.known
    url = answer.assessment.get_absolute_url()
    context["answers_url"] = f"{url}answers/"
    template = "work/workspace/_conflict.html"
    if not wants_partial(request.htmx):
        context |= _typed_row(request, answer.assessment_id, answer.pk)
        context["is_swap"] = False
        template = "work/workspace/row.html"
    return beside(request, render(request, template, context, status=409))


def _invalid(
    request: MemberRequest,
    assessment_id: UUID,
    answer_id: int,
    faults: Any,
    known: Known | None,
) -> HttpResponse:
    """The faults in words beside the row; everything typed stays on the page."""
    context: dict[str, Any] = {"faults": [text for group in faults for text in group]}
    template = "work/workspace/_faults.html"
    if not wants_partial(request.htmx):
        context |= _typed_row(request, assessment_id, answer_id) | {"known": known}
        template = "work/workspace/row.html"
    return beside(request, render(request, template, context, status=422))


def _typed_row(request: MemberRequest, assessment_id: UUID, answer_id: int) -> dict[str, Any]:
    """The row with what was typed in place of what is saved."""
    answer = find_row(request, assessment_id, answer_id)
    put_typed(answer, request.POST)
    if request.POST.get("owner", str(answer.owner_id)) != str(answer.owner_id):
        chosen = request.organisation.memberships.with_people()
        member = chosen.filter(user_id__in=_ids(request.POST["owner"])).first()
        answer.owner = member.user if member else None
    return row_context(request, answer)


def _ids(typed: str) -> list[int]:
    """The id that was sent, if it can be one."""
    return [int(typed)] if re.fullmatch("[0-9]{1,18}", typed) else []


@require_POST
@member_required(Permission.ANSWER)
def undo(request: MemberRequest, assessment_id: UUID, seq: int) -> HttpResponse:
    assessment = find(request, assessment_id)
    try:
        done = actions.undo(by=request.user, assessment=assessment, seq=seq)
    except (Event.DoesNotExist, Answer.DoesNotExist) as error:
        raise Http404 from error
    except ValidationError as error:
        return undo_refused(request, error.messages, assessment)
    is_done = done.event is not None or done.was_back
    said = "Undone." if is_done else "Nothing was undone: it has been changed again since."
    if not wants_partial(request.htmx):
        notify = messages.success if is_done else messages.warning
        notify(request, said)
        return redirect(f"{assessment.get_absolute_url()}?open={done.answer.pk}")
    is_verdict = undo_context(done.answer, done.event)["is_verdict"]
    level = "good" if is_done else "warn"
    more = {"said": said, "level": level, "is_verdict": is_verdict}
    return render(request, ROW, whole_row(request, done.answer, None, **more))
