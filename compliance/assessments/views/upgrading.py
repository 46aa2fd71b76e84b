"""Moving an assessment to another edition, undoing that, and the archived answers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.assessments import actions
from compliance.assessments.choices import Decision
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.upgrading import Plan
from compliance.assessments.views.workspace import find
from compliance.checklists.models import Edition
from compliance.organisations.access import MemberRequest, Permission, member_required

PREFIX = "d-"
"""What the name of a field with a decision begins with; the question's key follows."""


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def upgrade(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """What a move to the newest edition would do; a POST moves, or chooses for all."""
    assessment = find(request, assessment_id)
    to = _newest(request, assessment)
    if to is None or not assessment.is_open:
        return _page(request, assessment, None, {})
    decisions = _decisions(request)
    if request.method == "POST" and "all" not in request.POST:
        try:
            actions.upgrade(
                by=request.user, assessment=assessment, to=to, decisions=decisions
            )
        except ValidationError as error:
            return _page(request, assessment, to, decisions, faults=error.messages)
        messages.success(request, f"Moved to edition {to.number}.")
        return redirect(assessment)
    return _page(request, assessment, to, decisions)


def _newest(request: MemberRequest, assessment: Assessment) -> Edition | None:
    """The published edition of its checklist, if it is another one."""
    editions = Edition.open_now(request.organisation)
    found = editions.filter(checklist=assessment.edition.checklist_id)
    return found.exclude(pk=assessment.edition_id).first()


def _decisions(request: MemberRequest) -> dict[str, str]:
    """Question key to decision, as the page sent them."""
    sent = request.POST.items()
    return {n.removeprefix(PREFIX): str(v) for n, v in sent if n.startswith(PREFIX)}


def _page(
    request: MemberRequest,
    assessment: Assessment,
    to: Edition | None,
    decisions: Mapping[str, str],
    **more: Any,
) -> HttpResponse:
    done = assessment.upgrades.select_related("from_edition", "moved_by").first()
    context: dict[str, Any] = {"assessment": assessment, "to": to, "done": done} | more
    if done:
        done.assessment = assessment
        context["undo_refused"] = actions.why_not_undone(done, assessment)
        context["archived"] = Answer.archived_of(assessment).count()
    if to:
        plan = actions.foresee_upgrade(assessment=assessment, to=to)
        context |= {"plan": plan} | _chosen(request, plan, decisions)
    status = 422 if "faults" in more else 200
    return render(request, "assessments/upgrade.html", context, status=status)


def _chosen(
    request: MemberRequest, plan: Plan, decisions: Mapping[str, str]
) -> dict[str, Any]:
    """Each decision that is to be made, with what is chosen, and what they add up to.

    "Carry all" and "Confirm all again" choose where that is open; never a conversion.
    """
    wanted = request.POST.get("all", "")
    if wanted in {Decision.CARRY, Decision.AGAIN}:
        decisions = {move.key: wanted for move in plan.deciding}
    rows = [(m, m.settled(decisions.get(m.key, ""))) for m in plan.deciding]
    carried = sum(chosen == Decision.CARRY for _, chosen in rows)
    return {
        "deciding": rows,
        "prefix": PREFIX,
        "carried": len(plan.same) + carried,
        "again": len(rows) - carried,
        "counts": plan.answered(decisions),
    }


@require_POST
@member_required(Permission.ASSESS)
def upgrade_undo(
    request: MemberRequest, assessment_id: UUID, upgrade_id: int
) -> HttpResponse:
    assessment = find(request, assessment_id)
    found = get_object_or_404(assessment.upgrades, pk=upgrade_id)
    try:
        done = actions.undo_upgrade(by=request.user, upgrade=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("assessments:upgrade", request.organisation.slug, assessment.pk)
    number = done.upgrade.from_edition.number
    said = f"Back on edition {number}; every answer is as it was."
    if done.kept:
        keys = ", ".join(done.kept[:20])
        said = f"Back on edition {number}. Answered since, and kept: {keys}."
    messages.success(request, said)
    return redirect(assessment)


@require_safe
@member_required(Permission.VIEW)
def archived(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Answers to questions that the edition no longer asks: to read, for ever."""
    assessment = find(request, assessment_id)
    rows = Answer.archived_of(assessment)
    if not rows:
        raise Http404
    context = {"assessment": assessment, "rows": rows}
    return render(request, "assessments/archived.html", context)
