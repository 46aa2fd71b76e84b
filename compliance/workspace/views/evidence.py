"""Using evidence in an answer: picked from the library or added on the spot."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from compliance.assessments import actions
from compliance.assessments.models import Answer
from compliance.evidence import actions as library
from compliance.evidence.forms import SEVERAL, EvidenceForm
from compliance.evidence.refusals import tell
from compliance.organisations.access import MemberRequest, Permission, member_required
from compliance.web.htmx import wants_partial
from compliance.workspace.pages import find, find_answer

MOST = 20
MINE = "mine"
"""Where to go back to, for those who came from the page of their own questions."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def proof_add(
    request: MemberRequest, assessment_id: UUID, answer_id: int
) -> HttpResponse:
    """The library to pick from, and a form for a new file or link."""
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    if request.method != "POST":
        return _page(request, answer, EvidenceForm())
    form = EvidenceForm(request.POST, request.FILES)
    if not assessment.is_open:
        closed = assessment.closed_word
        said = f"This assessment is {closed}: its evidence stays as it is."
        form.add_error(None, said)
    if not form.is_valid():
        return _page(request, answer, form, 422)
    outcomes = library.add_each(
        by=request.user,
        organisation=request.organisation,
        then=lambda one: actions.attach(by=request.user, answer=answer, evidence=one),
        **form.cleaned_data,
    )
    status = tell(form, outcomes)
    unused = [one for one in outcomes if one.unused]
    if status != 200 or unused or wants_partial(request.htmx):
        return _page(request, answer, form, status, outcomes)
    many = len(outcomes) > 1
    said = f"{len(outcomes)} files" if many else f"“{outcomes[0].evidence}”"
    return _back(request, answer, f"{said} added.")


def _page(
    request: MemberRequest,
    answer: Answer,
    form: EvidenceForm,
    status: int = 200,
    outcomes: Sequence[library.Outcome] = (),
) -> HttpResponse:
    """The page with the form; what became of a file alone, for a script."""
    context = {"form": form, "outcomes": outcomes, "several": SEVERAL}
    if request.method == "POST" and wants_partial(request.htmx):
        return render(request, "evidence/_outcomes.html", context, status=status)
    context |= _context(request, answer)
    return render(request, "workspace/proof_add.html", context, status=status)


def _context(request: MemberRequest, answer: Answer) -> dict[str, Any]:
    query = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = request.organisation.evidence.current().newest_first()
    rows = rows.exclude(attachments__answer=answer)
    if query:
        rows = rows.matching(query)
    return {
        "assessment": answer.assessment,
        "answer": answer,
        "query": query,
        "library": rows[:MOST],
        "most": MOST,
        "came_from": MINE if request.GET.get("back") == MINE else "",
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
    if MINE in {request.GET.get("back"), request.POST.get("back")}:
        return redirect(f"{url}mine/?open={answer.pk}")
    return redirect(f"{url}?open={answer.pk}#answer-{answer.pk}")
