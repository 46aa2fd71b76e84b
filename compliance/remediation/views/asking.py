"""The row of an answer that is not met asks for an action, in its place."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from compliance.assessments.models import Action, Answer
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.remediation import actions
from compliance.remediation.forms import AskForm
from compliance.remediation.suggesting import (
    PRIORITIES,
    asks_for_action,
    suggested,
)
from compliance.web.htmx import wants_partial
from compliance.workspace.pages import find, find_answer, owners


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def action_ask(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> HttpResponse:
    """A short form for the action; nothing where none is asked for, or one is open."""
    answer = find_answer(find(request, assessment_id), answer_id)
    today = timezone.localdate()
    planned = answer.actions.open().select_related("owner", "organisation").first()
    if planned or not asks_for_action(answer, today):
        return _done(request, answer, planned if request.method == "POST" else None)
    people = owners(request)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        people=people,
        initial=suggested(answer, request.user, people, today),
        auto_id=f"ask-{answer.pk}-%s",
    )
    if form.is_valid():
        try:
            action = actions.plan_action(
                by=request.user,
                organisation=request.organisation,
                answer_id=answer.pk,
                fields=form.changes()
                | {"priority": PRIORITIES[answer.question.weight]},
            )
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            return _done(request, answer, action)
    part = (
        "remediation/_ask.html"
        if wants_partial(request.htmx)
        else "remediation/ask.html"
    )
    context = {"answer": answer, "assessment": answer.assessment, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, part, context, status=status)


def _done(
    request: MemberRequest, answer: Answer, action: Action | None
) -> HttpResponse:
    """The line in place of the form, or back to the row; without an action nothing."""
    if wants_partial(request.htmx):
        if action is None:
            return HttpResponse()
        context = {
            "answer": answer,
            "action": action,
            "has_body": "body" in request.POST,
        }
        context["today"] = timezone.localdate()
        return render(request, "remediation/_asked.html", context)
    if action:
        messages.success(
            request, f"{action.code} is planned for {answer.question.key}."
        )
    url = answer.assessment.get_absolute_url()
    return redirect(f"{url}?open={answer.pk}#answer-{answer.pk}")
