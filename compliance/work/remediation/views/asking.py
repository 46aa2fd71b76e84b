"""The row of an answer that is not met asks for an action, in its place; many ask at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from compliance.ground.web.htmx import wants_partial
from compliance.ground.web.text import counted, whole
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Action, Answer, Assessment
from compliance.work.bulk.actions import events_together
from compliance.work.remediation import actions
from compliance.work.remediation.forms import AskForm
from compliance.work.remediation.suggesting import (
    PRIORITIES,
    asking,
    suggested,
    suggested_together,
    unasked,
)
from compliance.work.workspace.pages import find, find_answer, owners


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def action_ask(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """A short form for the action; nothing where none is asked for, or one is open.

    A form that is sent when that has changed comes back with what was typed, and ``anyway``
    adds it all the same.
    """
    answer = find_answer(find(request, assessment_id), answer_id)
    today = timezone.localdate()
    is_sent = request.method == "POST"
    if not is_sent and (unasked(answer, today) or answer.actions.open().exists()):
        return _done(request, answer, None)
    people = owners(request)
    form = AskForm(
        request.POST if is_sent else None,
        people=people,
        initial=suggested(answer, request.user, people, today),
        auto_id=f"ask-{answer.pk}-%s",
    )
    anyway, refused = "anyway" in request.POST, None
    if form.is_valid():
        try:
            done = _added(request, answer, form, anyway=anyway)
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            if isinstance(done, Action):
                return _done(request, answer, done)
            refused = done
    part = "work/remediation/_ask.html" if wants_partial(request.htmx) else "work/remediation/ask.html"
    context = {"answer": answer, "assessment": answer.assessment, "form": form}
    context |= {"refused": refused, "anyway": anyway or refused}
    return render(request, part, context, status=422 if is_sent else 200)


def _added(
    request: MemberRequest, answer: Answer, form: AskForm, *, anyway: bool
) -> Action | actions.Unasked:
    """The action that the form describes; ``anyway``: asked for or not."""
    fields = form.changes() | {"priority": PRIORITIES[answer.question.weight]}
    by, organisation = request.user, request.organisation
    if anyway:
        return actions.create_action(by=by, organisation=organisation, fields=fields, answer_ids=[answer.pk])
    return actions.plan_action(by=by, organisation=organisation, fields=fields, answer_id=answer.pk)


def _done(request: MemberRequest, answer: Answer, action: Action | None) -> HttpResponse:
    """The line in place of the form, or back to the row; without an action nothing."""
    if wants_partial(request.htmx):
        if action is None:
            return HttpResponse()
        context = {
            "answer": answer,
            "action": action,
            "planned": answer.actions.open().order_by("number"),
            "has_body": "body" in request.POST,
            "today": timezone.localdate(),
        }
        return render(request, "work/remediation/_asked.html", context)
    if action:
        messages.success(request, f"{action.code} is planned for {answer.question.key}.")
    return redirect(answer)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def action_together(request: MemberRequest, assessment_id: UUID, first_seq: int) -> HttpResponse:
    """One action for the answers that were set to "not met" together and ask for one.

    htmx asks for the link to it, which is nothing where no answer asks.
    """
    assessment = find(request, assessment_id)
    try:
        events = events_together(assessment, first_seq)
    except Event.DoesNotExist as error:
        raise Http404 from error
    today = timezone.localdate()
    answers = asking(assessment, {int(one.subject_id) for one in events}, today)
    if wants_partial(request.htmx):
        offer = {"assessment": assessment, "answers": answers, "seq": first_seq}
        return render(request, "work/remediation/_together.html", offer)
    people = owners(request)
    is_sent = request.method == "POST"
    form = AskForm(
        request.POST if is_sent else None,
        people=people,
        initial=suggested_together(answers, request.user, people, today) if answers else {},
    )
    context: dict[str, Any] = {"assessment": assessment, "form": form}
    if form.is_valid():
        done = _planned(request, assessment, form)
        if isinstance(done, Action):
            about = counted(done.links.count(), "question")
            messages.success(request, f"{done.code} is planned for {about}.")
            return redirect(assessment)
        if done is not None:
            answers, context["has_changed"] = done, True
    context["answers"] = answers
    status = 422 if is_sent else 200
    return render(request, "work/remediation/together.html", context, status=status)


def _planned(request: MemberRequest, assessment: Assessment, form: AskForm) -> Action | list[Answer] | None:
    """The action for the answers that the page showed; None with the fault in the form."""
    shown = {whole(text) for text in request.POST.getlist("answer")}
    rows = assessment.answers.filter(pk__in=shown).select_related("question")
    weights = [answer.question.weight for answer in rows]
    priority = PRIORITIES[max(weights, default=1)]
    try:
        return actions.plan_together(
            by=request.user,
            assessment=assessment,
            answer_ids=shown,
            fields=form.changes() | {"priority": priority},
        )
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
        return None
