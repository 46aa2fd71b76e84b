"""Answer once: a related answer, put beside one's own, and taken over."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from compliance.content.checklists.choices import Travels
from compliance.content.checklists.related import Related
from compliance.ground.web.htmx import render_page, wants_partial
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.workspace import actions, lines, taking
from compliance.work.workspace.elsewhere import offer
from compliance.work.workspace.forms import TakeForm
from compliance.work.workspace.pages import find, find_answer
from compliance.work.workspace.row_pages import ROW, whole_row

_CAN = {
    Travels.ANSWER: taking.can_be_taken,
    Travels.PROOF: taking.can_be_lent,
    Travels.NOTHING: lambda *_: False,
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def take(request: MemberRequest, assessment_id: UUID, answer_id: int, source_id: int) -> HttpResponse:
    """Both answers side by side, what would be replaced, and the button for it.

    Where one duty helps to prove the other, note and evidence alone come along; over
    any other relation between two duties there is nothing to take over.
    """
    assessment = find(request, assessment_id)
    answer, related = _find(assessment, answer_id, source_id)
    faults, status = [], 200
    if request.method == "POST":
        try:
            return _done(request, answer, _act(request, answer, source_id))
        except ValidationError as error:
            faults, status = error.messages, 409
            answer, related = _find(assessment, answer_id, source_id)
    context = _context(request, answer, source_id, related)
    context |= {"assessment": assessment, "faults": faults}
    page = "work/workspace/take.html"
    response = render_page(request, page, context, partial="taking")
    response.status_code = status
    return response


def _find(assessment: Assessment, answer_id: int, source_id: int) -> tuple[Answer, Related | None]:
    """The answer, and its relation to the source; 404 for what is not related.

    A source that was taken over once may be looked at again, though the relation has
    gone.
    """
    answer = find_answer(assessment, answer_id)
    related = offer(assessment, answer.question.key, source_id)
    if related is None and answer.taken_from_id != source_id:
        raise Http404
    return answer, related


def _context(
    request: MemberRequest, answer: Answer, source_id: int, related: Related | None
) -> dict[str, Any]:
    """Both answers; only over the same duty with what would change here."""
    source = actions.source_of(request.organisation, source_id)
    part = related.travels if related else Travels.NOTHING
    changes = actions.preview_taking(answer=answer, source=source, part=part)
    used = {row.evidence_id for row in answer.attachments.all()}
    proofs = [row.evidence for row in source.attachments.all()]
    return {
        "answer": answer,
        "source": source,
        "related": related,
        "is_same_duty": part == Travels.ANSWER,
        "is_proof": part == Travels.PROOF,
        "source_value": lines.answered_in_words(source),
        "parts": taking.parts(answer, changes),
        "apart": taking.why_no_verdict(source, answer) if part == Travels.ANSWER else "",
        "source_proofs": proofs,
        "proofs": [proof for proof in proofs if proof.pk not in used],
        "is_taken": answer.taken_from_id == source.pk,
        "can_take": _CAN[part](source.applies, source.verdict)
        and answer.applies
        and answer.assessment.is_open,
    }


def _act(request: MemberRequest, answer: Answer, source_id: int) -> Event | None:
    """Take it over, or keep one's own, as the button says."""
    form = TakeForm(request.POST)
    if not form.is_valid():
        raise ValidationError(form.fault)
    seen = form.cleaned_data
    if request.POST.get("want") == "keep":
        _, event = actions.keep_mine(
            by=request.user,
            organisation=request.organisation,
            assessment_id=answer.assessment_id,
            answer_id=answer.pk,
            source_id=source_id,
            source_version=seen["source_version"],
        )
        return event
    _, event = actions.take_over(
        by=request.user,
        organisation=request.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        seen=seen["base"],
        source_id=source_id,
        source_version=seen["source_version"],
    )
    return event


def _done(request: MemberRequest, answer: Answer, event: Event | None) -> HttpResponse:
    if wants_partial(request.htmx):
        return render(request, ROW, whole_row(request, answer, event))
    messages.success(request, f"{answer.question.key} is saved.")
    return redirect(answer)
