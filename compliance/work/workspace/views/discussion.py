"""Talking about an answer: comment, resolve, reopen."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.ground.web.htmx import wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments.models import Answer, Assessment, Comment
from compliance.work.discussion import actions
from compliance.work.workspace import lines, overview
from compliance.work.workspace.forms import CommentForm
from compliance.work.workspace.pages import find, find_answer, page_context, panel_context


@require_POST
@member_required(Permission.COMMENT)
def comment_add(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    form = CommentForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            actions.comment(by=request.user, answer=answer, text=text)
        except ValidationError as error:
            form.add_error("text", error.messages)
    return _panel(request, assessment, answer, form)


@require_POST
@member_required(Permission.COMMENT)
def comment_resolve(
    request: MemberRequest, assessment_id: UUID, answer_id: int, comment_id: int
) -> HttpResponse:
    return _settle(request, assessment_id, answer_id, comment_id, actions.resolve)


@require_POST
@member_required(Permission.COMMENT)
def comment_reopen(
    request: MemberRequest, assessment_id: UUID, answer_id: int, comment_id: int
) -> HttpResponse:
    return _settle(request, assessment_id, answer_id, comment_id, actions.reopen)


def _settle(
    request: MemberRequest,
    assessment_id: UUID,
    answer_id: int,
    comment_id: int,
    settle: Any,
) -> HttpResponse:
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    comment: Comment = get_object_or_404(answer.comments, pk=comment_id)
    form = CommentForm()
    try:
        settle(by=request.user, answer=answer, comment=comment)
    except ValidationError as error:
        form = CommentForm({"text": ""})
        form.full_clean()
        form.errors["text"] = form.error_class(error.messages)
    return _panel(request, assessment, answer, form)


def _panel(request: MemberRequest, assessment: Assessment, answer: Answer, form: CommentForm) -> HttpResponse:
    """The comments as they stand now, with what was refused."""
    is_done = not form.errors
    if is_done and not wants_partial(request.htmx):
        url = assessment.get_absolute_url()
        return redirect(f"{url}?open={answer.pk}&panel=comments")
    view = overview.read(assessment, request.user.pk, timezone.localdate())
    line = lines.line(find_answer(assessment, answer.pk), assessment, view.today)
    context = page_context(request, assessment, view)
    context |= panel_context(line, view, "comments")
    context |= {"form": form, "is_sent": is_done}
    template = "work/workspace/panel.html"
    if wants_partial(request.htmx):
        template += "#panel"
    return render(request, template, context, status=200 if is_done else 422)
