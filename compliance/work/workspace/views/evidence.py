"""Using evidence in an answer: picked from the library or added on the spot."""

import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import retarget

from compliance.content.evidence import actions as library
from compliance.content.evidence.forms import SEVERAL, EvidenceForm
from compliance.content.evidence.refusals import add_refusals
from compliance.ground.web.htmx import wants_partial
from compliance.ground.web.sendings import sending_of
from compliance.ground.web.text import searched
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.work.assessments import actions
from compliance.work.assessments.models import Answer
from compliance.work.workspace import proof_offers
from compliance.work.workspace.pages import find, find_answer, find_row, row_context
from compliance.work.workspace.row_pages import ALERTS

MOST = 20
PLACE = "undo"
"""Where a row takes what became of one piece; the other parts of the reply go to the row."""
MINE = "mine"
"""Where to go back to, for those who came from the page of their own questions."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ANSWER)
def proof_add(request: MemberRequest, assessment_id: UUID, answer_id: int) -> HttpResponse:
    """The library to pick from, and a form for a new file or link."""
    assessment = find(request, assessment_id)
    answer = find_answer(assessment, answer_id)
    if request.method != "POST":
        if wants_partial(request.htmx) and request.htmx.target != "found":
            return _box(request, answer)
        return _page(request, answer, EvidenceForm())
    form = EvidenceForm(request.POST, request.FILES)
    if not assessment.is_open:
        closed = assessment.closed_word
        said = f"This assessment is {closed}: its evidence stays as it is."
        form.add_error(None, said)
    outcomes, status = _added(request, answer, form) if form.is_valid() else ([], 422)
    if wants_partial(request.htmx) and request.htmx.target == PLACE:
        return _reply_to_link(request, answer, form, outcomes)
    unused = [one for one in outcomes if one.unused]
    if status != 200 or unused or wants_partial(request.htmx):
        return _page(request, answer, form, status, outcomes)
    many = len(outcomes) > 1
    said = f"{len(outcomes)} files" if many else f"“{outcomes[0].evidence}”"
    return _back(request, answer, f"{said} added.")


def _added(request: MemberRequest, answer: Answer, form: EvidenceForm) -> tuple[list[library.Outcome], int]:
    """The outcome of each file or link, and the status that says it."""
    outcomes = library.add_each(
        by=request.user,
        organisation=request.organisation,
        then=lambda one: actions.attach(by=request.user, answer=answer, evidence=one),
        sending=sending_of(request),
        **form.cleaned_data,
    )
    return outcomes, add_refusals(form, outcomes)


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
        return render(request, "content/evidence/_outcomes.html", context, status=status)
    context |= _context(request, answer)
    return render(request, "work/workspace/proof_add.html", context, status=status)


def _query(request: MemberRequest) -> str:
    return searched(request.GET.get("q", ""))


def _box(request: MemberRequest, answer: Answer) -> HttpResponse:
    """The box in the row; only what it offers when that is asked for."""
    query, today = _query(request), timezone.localdate()
    assessment = answer.assessment
    context = {
        "assessment": assessment,
        "answer": answer,
        "query": query,
        "proofs_url": request.path,
        "offers": proof_offers.offers(answer, query, today),
        "usual": proof_offers.usual(answer, today),
        "link_title": (title := proof_offers.title_of(query)),
        "link_vals": json.dumps({"url": query, "title": title, "sending": str(secrets.randbits(64))}),
        "upload_bytes": settings.UPLOAD_BYTES,
    }
    part = "box" if (request.htmx.target or "").startswith("evbox-") else "offers"
    return render(request, f"work/workspace/_proof_box.html#{part}", context)


def _context(request: MemberRequest, answer: Answer) -> dict[str, Any]:
    query = _query(request)
    rows = proof_offers.choosable(answer)
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
def proof_use(request: MemberRequest, assessment_id: UUID, answer_id: int, evidence_id: UUID) -> HttpResponse:
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
    is_partial = wants_partial(request.htmx)
    try:
        action(by=request.user, answer=answer, evidence=evidence)
    except ValidationError as error:
        fault = error.messages[0]
        if is_partial:
            return _reply(request, answer, fault, status=422)
        return _back(request, answer, fault, messages.error)
    said = said.format(evidence.title)
    if not is_partial:
        return _back(request, answer, said)
    back = "use" if action is actions.detach else "drop"
    return _reply(request, answer, said, undo=f"{evidence.pk}/{back}/")


def _reply_to_link(
    request: MemberRequest,
    answer: Answer,
    form: EvidenceForm,
    outcomes: Sequence[library.Outcome],
) -> HttpResponse:
    """The outcome of a link that was pasted into the row."""
    faults = [one.unused for one in outcomes if one.unused]
    faults += [str(text) for several in form.errors.values() for text in several]
    if faults or not outcomes or not outcomes[0].evidence:
        return _reply(request, answer, " ".join(faults), status=422)
    new = outcomes[0].evidence
    said = f"“{new}” is used in this answer."
    return _reply(request, answer, said, undo=f"{new.pk}/drop/")


def _reply(
    request: MemberRequest,
    answer: Answer,
    said: str,
    *,
    undo: str = "",
    status: int = 200,
) -> HttpResponse:
    """The change with its way back, and the evidence of the row as it is now."""
    answer = find_row(request, answer.assessment_id, answer.pk)
    context = row_context(request, answer) | {"answer": answer, "notice": said}
    context |= {"undo": undo, "is_swap": True, "said": said if status == 200 else ""}
    context["is_mine"] = request.POST.get("want") == MINE
    line = context["line"]
    context |= {"warnings": line.warnings, "is_due_soon": line.is_due_soon}
    context["level"] = "good" if status == 200 else "bad"
    reply = render(request, "work/workspace/_proofs_changed.html", context, status=status)
    return reply if status == 200 else retarget(reply, ALERTS)


def _back(
    request: MemberRequest,
    answer: Answer,
    said: str,
    notify: Callable[[MemberRequest, str], None] = messages.success,
) -> HttpResponse:
    notify(request, said)
    if MINE in {request.GET.get("back"), request.POST.get("back")}:
        url = answer.assessment.get_absolute_url()
        return redirect(f"{url}mine/?open={answer.pk}")
    return redirect(answer)
