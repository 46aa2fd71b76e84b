"""Moving an assessment to another edition, undoing that, and the archived answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from compliance.assessments.upgrading import Move, Plan
from compliance.assessments.views.contributing import answerers
from compliance.assessments.views.workspace import find
from compliance.checklists.models import Edition
from compliance.organisations import limits
from compliance.organisations.access import MemberRequest, Permission, member_required

PREFIXES = {"decision": "d-", "typed": "v-", "owner": "o-"}
"""What the names of fields begin with; the key of the question follows."""
NOBODY = "nobody"
MOST_SELECTS = 2_000
"""Names in lists of people, above which one list serves all new questions."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a person chose on the page, by question; ``owner`` is for all new ones."""

    decisions: Mapping[str, str]
    typed: Mapping[str, Sequence[str]]
    owners: Mapping[str, str]
    owner: str

    def owner_of(self, key: str) -> str:
        """Whose a new question will be: an id of a person as text, or else nobody."""
        return self.owners.get(key) or self.owner

    def is_unmeant(self, move: Move) -> bool:
        """Whether an answer in the new form was written that is not to be taken."""
        is_written = any(text.strip() for text in self.typed.get(move.key, ()))
        decision = move.settled(self.decisions.get(move.key, ""))
        return is_written and decision != Decision.ANEW


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def upgrade(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """What a move to the newest edition would do; a POST moves, or chooses for all."""
    assessment = find(request, assessment_id)
    to = _newest(request, assessment)
    chosen = _sent(request)
    if to is None or not assessment.is_open:
        return _page(request, assessment, None, chosen)
    if request.method == "POST" and "all" not in request.POST:
        try:
            _move(request, assessment, to, chosen)
        except ValidationError as error:
            return _page(request, assessment, to, chosen, faults=error.messages)
        messages.success(request, f"Moved to edition {to.number}.")
        return redirect(assessment)
    return _page(request, assessment, to, chosen)


def _move(
    request: MemberRequest, assessment: Assessment, to: Edition, chosen: Chosen
) -> None:
    """Move as it was chosen; raises ``ValidationError`` in words for the person."""
    people = {str(person.pk): person for person in answerers(request)}
    plan = actions.foresee_upgrade(assessment=assessment, to=to)
    if unmeant := [move.key for move in plan.deciding if chosen.is_unmeant(move)]:
        msg = (
            f"{', '.join(unmeant)}: an answer in the new form is there, but not chosen."
            " Choose it, or empty the field."
        )
        raise ValidationError(msg)
    owners = {
        move.key: people[owner]
        for move in plan.added
        if (owner := chosen.owner_of(move.key)) in people
    }
    for _ in set(owners.values()) - {request.user}:
        if not limits.may_send(request):
            raise ValidationError(limits.TOO_MANY)
    actions.upgrade(
        by=request.user,
        assessment=assessment,
        to=to,
        decisions=chosen.decisions,
        typed=chosen.typed,
        owners=owners,
    )


def _newest(request: MemberRequest, assessment: Assessment) -> Edition | None:
    """The published edition of its checklist, if it is another one."""
    editions = Edition.open_now(request.organisation)
    found = editions.filter(checklist=assessment.edition.checklist_id)
    return found.exclude(pk=assessment.edition_id).first()


def _sent(request: MemberRequest) -> Chosen:
    """What the page sent."""
    sent = {
        field: {
            name.removeprefix(prefix): [str(value) for value in values]
            for name, values in request.POST.lists()
            if name.startswith(prefix)
        }
        for field, prefix in PREFIXES.items()
    }
    one = {field: {k: v[-1] for k, v in found.items()} for field, found in sent.items()}
    return Chosen(
        one["decision"], sent["typed"], one["owner"], request.POST.get("owner", "")
    )


def _page(
    request: MemberRequest,
    assessment: Assessment,
    to: Edition | None,
    chosen: Chosen,
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
        context |= {"plan": plan} | _chosen(request, plan, chosen)
        context |= _new(request, plan, chosen)
    status = 422 if "faults" in more else 200
    return render(request, "assessments/upgrade.html", context, status=status)


def _chosen(request: MemberRequest, plan: Plan, chosen: Chosen) -> dict[str, Any]:
    """Each decision that is to be made, with what is chosen, and what they add up to.

    "Carry all" and "Confirm all again" choose where that is open; never a conversion.
    """
    decisions, wanted = chosen.decisions, request.POST.get("all", "")
    if wanted in {Decision.CARRY, Decision.AGAIN}:
        decisions = {
            move.key: wanted if wanted in move.options else decisions.get(move.key, "")
            for move in plan.deciding
        }
    rows = [
        (move, move.settled(decisions.get(move.key, "")), chosen.typed.get(move.key))
        for move in plan.deciding
    ]
    carried = sum(decision == Decision.CARRY for _, decision, _ in rows)
    return {
        "deciding": rows,
        "prefixes": PREFIXES,
        "carried": len(plan.same) + carried,
        "again": len(rows) - carried,
        "counts": plan.answered(decisions),
    }


def _new(request: MemberRequest, plan: Plan, chosen: Chosen) -> dict[str, Any]:
    """The new questions with whose they will be, and who may have them."""
    people = answerers(request)
    return {
        "new": [(move, chosen.owners.get(move.key, "")) for move in plan.added],
        "owner": chosen.owner,
        "answerers": [(str(person.pk), person) for person in people],
        "nobody": NOBODY,
        "has_selects": 1 < len(plan.added) <= MOST_SELECTS / max(1, len(people)),
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
