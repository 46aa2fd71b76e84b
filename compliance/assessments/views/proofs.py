"""Using evidence in an answer: picked from the library or added on the spot."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.assessments import actions
from compliance.assessments.models import Answer
from compliance.assessments.views.workspace import find, find_answer
from compliance.evidence import actions as library
from compliance.evidence import storage
from compliance.evidence.forms import EvidenceForm
from compliance.organisations.access import MemberRequest, Permission, member_required

MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def proof_add(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> HttpResponse:
    """The library to pick from, and a form for a new file or link."""
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            evidence = library.add(
                by=request.user,
                organisation=request.organisation,
                **form.cleaned_data,
            )
            actions.attach(by=request.user, answer=answer, evidence=evidence)
            return _back(request, answer, f"“{evidence.title}” added.")
        except ValidationError as error:
            form.add_error(None, error)
            if getattr(error, "code", "") == storage.FULL:
                status = 507
    context = _context(request, answer) | {"form": form}
    return render(request, "assessments/proof_add.html", context, status=status)


def _context(request: MemberRequest, answer: Answer) -> dict[str, Any]:
    query = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = request.organisation.evidence.newest_first()
    rows = rows.exclude(attachments__answer=answer)
    if query:
        rows = rows.filter(title__icontains=query)
    return {
        "assessment": answer.assessment,
        "answer": answer,
        "query": query,
        "library": rows[:MOST],
        "most": MOST,
    }


@require_POST
@member_required(Permission.ANSWER)
def proof_use(
    request: MemberRequest, assessment_id: UUID, answer_id: int, evidence_id: UUID
) -> HttpResponse:
    answer = find_answer(find(request, assessment_id), answer_id)
    said = "“{}” is used in this answer."
    return _change(request, answer, evidence_id, actions.attach, said)


@require_POST
@member_required(Permission.ANSWER)
def proof_drop(
    request: MemberRequest, assessment_id: UUID, answer_id: int, evidence_id: UUID
) -> HttpResponse:
    answer = find_answer(find(request, assessment_id), answer_id)
    said = "“{}” taken out. It stays in the library."
    return _change(request, answer, evidence_id, actions.detach, said)


def _change(
    request: MemberRequest,
    answer: Answer,
    evidence_id: UUID,
    action: Callable[..., object],
    said: str,
) -> HttpResponse:
    evidence = get_object_or_404(request.organisation.evidence, pk=evidence_id)
    try:
        action(by=request.user, answer=answer, evidence=evidence)
    except ValidationError as error:
        return _back(request, answer, error.messages[0])
    return _back(request, answer, said.format(evidence.title))


def _back(request: MemberRequest, answer: Answer, said: str) -> HttpResponse:
    messages.info(request, said)
    url = answer.assessment.get_absolute_url()
    return redirect(f"{url}?open={answer.pk}#answer-{answer.pk}")
