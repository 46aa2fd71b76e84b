"""What a person does in a row: save, undo, comment."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.assessments import actions, lines, overview
from compliance.assessments.conflict import conflict
from compliance.assessments.forms import AnswerForm, CommentForm
from compliance.assessments.models import Answer
from compliance.assessments.versions import Known
from compliance.assessments.views.looking import page_context
from compliance.assessments.views.workspace import (
    find,
    find_answer,
    panel_context,
    row_context,
)
from compliance.audit import trail
from compliance.audit.models import Event
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.web.htmx import wants_partial


@require_POST
@member_required(Permission.ANSWER)
def answer_save(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> HttpResponse:
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
        )
    except Answer.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _invalid(request, assessment_id, answer_id, [error.messages], known)
    if isinstance(done, actions.Refused):
        return _refused(request, done)
    return _saved(request, done)


def _saved(request: MemberRequest, done: actions.Saved) -> HttpResponse:
    answer, event = done.answer, done.event
    if not wants_partial(request.htmx):
        return redirect(f"{answer.assessment.get_absolute_url()}?open={answer.pk}")
    if request.POST.get("want") == "row":
        return _whole_row(request, answer, event)
    view = overview.read(answer.assessment, request.user.pk, timezone.localdate())
    context = page_context(request, answer.assessment, view) | _mark(view, answer)
    context |= _told_event(answer, event) | {"known": done.known}
    context["has_body"] = "note" in request.POST
    return render(request, "assessments/_saved.html", context)


def _mark(view: overview.Overview, answer: Answer) -> dict[str, Any]:
    """What the row says of itself after a save, without reading it again."""
    row = next(row for row in view.rows if row.id == answer.pk)
    warnings = lines.row_warnings(row.verdict, [""] if row.has_evidence else [])
    if row.has_expired:
        warnings.append("Evidence: expired")
    return {
        "section": next(s for s in view.sections if s.id == row.section_id),
        "warnings": warnings,
        "is_due_soon": lines.is_pressing(row.due_on, row.verdict, view.today),
    }


def _told_event(answer: Answer, event: Event | None) -> dict[str, Any]:
    """What the undo toast says: the verdict where it was the verdict that changed."""
    is_verdict = event is not None and "verdict" in trail.changes(event)[1]
    return {"answer": answer, "event": event, "is_verdict": is_verdict}


def _whole_row(
    request: MemberRequest, answer: Answer, event: Event | None, **more: Any
) -> HttpResponse:
    assessment = find(request, answer.assessment_id)
    context = row_context(request, assessment, find_answer(assessment, answer.pk))
    context |= _mark(context["view"], answer)
    context |= _told_event(answer, event) | {"is_swap": True} | more
    return render(request, "assessments/_saved_row.html", context)


def _refused(request: MemberRequest, done: actions.Refused) -> HttpResponse:
    answer = done.answer
    standing = {field: getattr(answer, field) for field in done.fields}
    block = conflict(
        done.fields,
        {field: _told(answer, field, done.mine[field]) for field in done.fields},
        {field: _told(answer, field, standing[field]) for field in done.fields},
        [
            (n, t)
            for n in request.POST
            for t in request.POST.getlist(n)
            if n[:4] != "csrf"
        ],
        standing,
    )
    context: dict[str, Any] = {"answer": answer, "conflict": block, "is_swap": True}
    context["known"] = done.known
    url = answer.assessment.get_absolute_url()
    context["answers_url"] = f"{url}answers/"
    template = "assessments/_conflict.html"
    if not wants_partial(request.htmx):
        context |= _typed_row(request, answer.assessment_id, answer.pk)
        context["is_swap"] = False
        template = "assessments/row.html"
    return render(request, template, context, status=409)


def _told(answer: Answer, field: str, value: Any) -> str:
    """A field's value in words."""
    if field == "verdict":
        return str(dict(Answer._meta.get_field("verdict").flatchoices)[value])
    if field == "owner_id":
        return (
            str(answer.owner) if value and value == answer.owner_id else "somebody else"
        )
    return ", ".join(value) if isinstance(value, list) else str(value or "nothing")


def _invalid(
    request: MemberRequest,
    assessment_id: UUID,
    answer_id: int,
    faults: Any,
    known: Known | None,
) -> HttpResponse:
    """The faults in words beside the row; everything typed stays on the page."""
    context: dict[str, Any] = {"faults": [text for group in faults for text in group]}
    template = "assessments/_faults.html"
    if not wants_partial(request.htmx):
        context |= _typed_row(request, assessment_id, answer_id) | {"known": known}
        template = "assessments/row.html"
    return render(request, template, context, status=422)


def _typed_row(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> dict[str, Any]:
    """The row with what was typed in place of what is saved."""
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    for name in ("note", "reason", "verdict"):
        if name in request.POST:
            setattr(answer, name, request.POST[name])
    return row_context(request, assessment, answer)


@require_POST
@member_required(Permission.ANSWER)
def undo(request: MemberRequest, assessment_id: UUID, seq: int) -> HttpResponse:
    assessment = find(request, assessment_id)
    try:
        done = actions.undo(by=request.user, assessment=assessment, seq=seq)
    except (Event.DoesNotExist, Answer.DoesNotExist) as error:
        raise Http404 from error
    except ValidationError as error:
        return render(
            request, "assessments/_faults.html", {"faults": error.messages}, status=422
        )
    said = (
        "Undone."
        if done.event
        else "Nothing was undone: it has been changed again since."
    )
    if not wants_partial(request.htmx):
        messages.info(request, said)
        return redirect(f"{assessment.get_absolute_url()}?open={done.answer.pk}")
    return _whole_row(request, done.answer, None, said=said)


@require_POST
@member_required(Permission.COMMENT)
def comment_add(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> HttpResponse:
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    form = CommentForm(request.POST)
    if form.is_valid():
        actions.comment(by=request.user, answer=answer, text=form.cleaned_data["text"])
        if not wants_partial(request.htmx):
            url = assessment.get_absolute_url()
            return redirect(f"{url}?open={answer.pk}&panel=comments")
    view = overview.read(assessment, request.user.pk, timezone.localdate())
    line = lines.line(answer, assessment, view.today)
    context = page_context(request, assessment, view)
    context |= panel_context(line, view, "comments") | {"form": form}
    template = "assessments/panel.html"
    if wants_partial(request.htmx):
        template += "#panel"
    status = 200 if form.is_valid() else 422
    return render(request, template, context, status=status)
