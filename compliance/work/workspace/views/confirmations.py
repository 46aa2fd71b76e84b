"""Confirmations: of another person's N/A, and of answers that were carried over."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from compliance.ground.web.htmx import render_page, wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.work.assessments.actions import confirm_na, send_back_na, unconfirm_na
from compliance.work.assessments.events import NA_CONFIRMED
from compliance.work.assessments.models import Answer
from compliance.work.workspace import actions
from compliance.work.workspace.counts import counted
from compliance.work.workspace.forms import BackForm, KnownForm, PickForm, SeqsForm
from compliance.work.workspace.na_queue import waiting_page
from compliance.work.workspace.pages import find, find_answer, frame
from compliance.work.workspace.row_pages import ROW, mark, refused, whole_row

ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.CONFIRM)
def na_queue(request: MemberRequest) -> HttpResponse:
    """All "not applicable" that this person may confirm: one by one, or several."""
    if request.method == "POST":
        return _confirm_picked(request)
    pages = Paginator(waiting_page(request.organisation, request.user), ON_A_PAGE)
    done = SeqsForm(request.GET)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "done": done.cleaned_data["seq"] if done.is_valid() else [],
    }
    return render(request, "work/workspace/na_queue.html", context)


def _confirm_picked(request: MemberRequest) -> HttpResponse:
    form = PickForm(request.POST)
    try:
        seen = form.seen()
        done = confirm_na(by=request.user, organisation=request.organisation, seen=seen)
    except Answer.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("workspace:na_queue", request.organisation.slug)
    for why in done.refused:
        messages.warning(request, why)
    response = redirect("workspace:na_queue", request.organisation.slug)
    if seqs := [event.seq for event in done.events]:
        response.headers["Location"] += "?" + urlencode({"seq": seqs}, doseq=True)
    return response


@require_POST
@member_required(Permission.CONFIRM)
def na_undo(request: MemberRequest) -> HttpResponse:
    """Take back one's confirmations, or someone's, in one go."""
    form = SeqsForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        waiting = unconfirm_na(
            by=request.user,
            organisation=request.organisation,
            seqs=form.cleaned_data["seq"],
        )
    except Event.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        return _reply(request, error.messages[0], None, 422)
    if not waiting:
        said = "Nothing was undone: it has been changed again since."
        return _reply(request, said, None, 409)
    said = f"{len(waiting)} N/A wait{'' if len(waiting) > 1 else 's'} again."
    one = waiting[0] if len(waiting) == 1 else None
    if one and wants_partial(request.htmx):
        return render(request, ROW, whole_row(request, one, None, said=said))
    return _reply(request, said, None if request.POST.get("want") == "queue" else one)


@require_POST
@member_required(Permission.CONFIRM)
def na_confirm(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    answer = find_answer(find(request, assessment_id), answer_id)
    form = KnownForm(request.POST)
    if not form.is_valid():
        return _reply(request, form.fault, answer, 422)
    try:
        done = confirm_na(
            by=request.user,
            organisation=request.organisation,
            seen={answer.pk: form.cleaned_data["base"]},
        )
    except ValidationError as error:
        return _reply(request, error.messages[0], answer, 422)
    if done.refused:
        return _reply(request, done.refused[0], answer, 409)
    return _reply(request, "N/A confirmed.", answer, event=done.events[0])


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.CONFIRM)
def na_back(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """Send "not applicable" back, with the reason why."""
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    form = BackForm(request.POST or None, initial={"base": answer.version})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            send_back_na(
                by=request.user,
                organisation=request.organisation,
                answer_id=answer.pk,
                seen=form.cleaned_data["base"],
                why=form.cleaned_data["why"],
            )
            return _sent_back(request, answer)
        except ValidationError as error:
            form.add_error(None, error)
            status = 409
    context = {"assessment": assessment, "answer": answer, "form": form}
    page = "work/workspace/na_back.html"
    response = render_page(request, page, context, partial="back")
    response.status_code = status
    return response


def _sent_back(request: MemberRequest, answer: Answer) -> HttpResponse:
    said = "sent back. The comment says why."
    if wants_partial(request.htmx):
        return render(request, ROW, whole_row(request, answer, None, said=said))
    messages.success(request, f"{answer.question.key}: {said}")
    return redirect(answer)


@require_POST
@member_required(Permission.ANSWER)
def again(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """ "Still right": the answer that came along, or whose action closed."""
    answer = find_answer(find(request, assessment_id), answer_id)
    form = KnownForm(request.POST)
    if not form.is_valid():
        return _reply(request, form.fault, answer, 422)
    try:
        _, event = actions.confirm_again(
            by=request.user,
            organisation=request.organisation,
            assessment_id=assessment_id,
            answer_id=answer_id,
            seen=form.cleaned_data["base"],
        )
    except ValidationError as error:
        return _reply(request, error.messages[0], answer, 409)
    return _reply(request, "Still right.", answer, event=event)


def _reply(
    request: MemberRequest,
    said: str,
    answer: Answer | None,
    status: int = 200,
    event: Event | None = None,
) -> HttpResponse:
    """A toast for the decision, with its undo and with the marks of the row."""
    if not wants_partial(request.htmx):
        notify = messages.success if status < 400 else messages.error
        key = f"{answer.question.key}: " if answer and status < 400 else ""
        notify(request, key + said)
        queue = redirect("workspace:na_queue", request.organisation.slug)
        return redirect(answer) if answer else queue
    if status >= 400:
        return refused(request, said, status)
    context: dict[str, Any] = {"said": said, "event": event, "is_done": True}
    if answer:
        context |= _row_marks(request, answer) | {"undo_url": _undo_url(answer, event)}
    return render(request, "work/workspace/_settled.html", context)


def _undo_url(answer: Answer, event: Event | None) -> str:
    if event is None:
        return ""
    org = answer.assessment.organisation.slug
    if event.action == NA_CONFIRMED:
        return reverse("workspace:na_undo", args=[org])
    return reverse("workspace:undo", args=[org, answer.assessment_id, event.seq])


def _row_marks(request: MemberRequest, answer: Answer) -> dict[str, Any]:
    assessment = find(request, answer.assessment_id)
    answer = find_answer(assessment, answer.pk)
    counts = counted(answer, timezone.localdate())
    context = frame(request, assessment, counts.today) | mark(counts, answer)
    return context | {
        "answer": answer,
        "has_body": "note" in request.POST,
        "has_panel": request.POST.get("want") == "panel",
    }
