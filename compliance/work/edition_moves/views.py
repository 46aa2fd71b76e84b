"""Moving an assessment to another edition, undoing that, and the archived answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.checklists import copies
from compliance.content.checklists.models import Checklist, Edition
from compliance.content.checklists.related import has_relations, original_of
from compliance.identity.organisations import rate_limits
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    who_may,
)
from compliance.identity.organisations.models import User
from compliance.proof.audit.refusals import StaleError
from compliance.work.assessments.choices import Decision
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.edition_moves import actions as edition_moves
from compliance.work.edition_moves import undo
from compliance.work.edition_moves.models import UNDO_FOR, Upgrade
from compliance.work.edition_moves.planning import Move, Plan
from compliance.work.workspace.pages import find

PREFIXES = {"decision": "d-", "typed": "v-", "owner": "o-"}
"""Prefixes of the field names; the key of the question follows."""
NOBODY = "nobody"
MOST_NAMED = 20
MOST_SELECTS = 2_000
"""Names in lists of people, above which one list serves all new questions."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Choices of a person on the page, by question; ``owner`` is for all new ones.

    ``to`` is the edition that the page led to, as text, and ``seen`` the marks of what
    it showed: "" and none where nothing was sent.
    """

    decisions: Mapping[str, str]
    typed: Mapping[str, Sequence[str]]
    owners: Mapping[str, str]
    owner: str
    to: str = ""
    seen: frozenset[str] = frozenset()

    def is_for(self, to: Edition, plan: Plan) -> bool:
        """Whether it was chosen on a page that showed this very plan."""
        return self.to == str(to.pk) and self.seen == plan.marks

    def decision(self, move: Move) -> str:
        """The decision on the move as it is now; "" where the page showed another."""
        return self.decisions.get(move.key, "") if move.mark in self.seen else ""

    def owner_of(self, key: str) -> str:
        """The owner of a new question: an id of a person as text, or nobody."""
        return self.owners.get(key) or self.owner

    def is_unmeant(self, move: Move) -> bool:
        """Whether an answer in the new form was written that is not to be taken."""
        is_written = any(text.strip() for text in self.typed.get(move.key, ()))
        decision = move.settled(self.decisions.get(move.key, ""))
        return is_written and decision != Decision.ANEW


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.ASSESS)
def upgrade(request: MemberRequest, assessment_id: UUID) -> HttpResponse:
    """Preview a move; a POST moves, or chooses for all.

    It leads to the newest edition of the checklist, or of the one that ``into`` names.
    """
    assessment = find(request, assessment_id)
    to = _newest(request, assessment)
    chosen = _sent(request)
    is_move = request.method == "POST" and "all" not in request.POST
    if is_move and (moved := _just_moved(request, assessment, chosen)):
        return _moved(request, assessment, moved.from_edition, moved.to_edition)
    if to is None or not assessment.is_open:
        return _page(request, assessment, None, chosen)
    refused = {}
    if is_move:
        try:
            _move(request, assessment, to, chosen)
        except StaleError:
            assessment = find(request, assessment_id)
            to = _newest(request, assessment)
            if moved := _just_moved(request, assessment, chosen):  # at the same time
                return _moved(request, assessment, moved.from_edition, moved.to_edition)
        except ValidationError as error:
            refused = {"faults": error.messages}
        else:
            return _moved(request, assessment, assessment.edition, to)
    return _page(request, assessment, to, chosen, **refused)


def _just_moved(request: MemberRequest, assessment: Assessment, chosen: Chosen) -> Upgrade | None:
    """The last move, where it is the very one that is asked for, by the same person."""
    rows = assessment.upgrades.select_related("from_edition__checklist")
    last = rows.select_related("to_edition__checklist").first()
    if last is None or last.undone_at or last.moved_by_id != request.user.pk:
        return None
    asked = {chosen.to, str(last.to_edition_id), str(assessment.edition_id)}
    return last if len(asked) == 1 else None


def _moved(request: MemberRequest, assessment: Assessment, old: Edition, new: Edition) -> HttpResponse:
    messages.success(request, f"Moved to {_called(old, new)}.")
    return redirect(assessment)


def _move(request: MemberRequest, assessment: Assessment, to: Edition, chosen: Chosen) -> None:
    """Move as it was chosen, if what was shown still holds.

    Raises ``StaleError`` if it does not, and ``ValidationError`` in words for the person.
    """
    plan = edition_moves.preview_upgrade(assessment=assessment, to=to)
    if not chosen.is_for(to, plan):
        raise StaleError
    _refuse_unmeant(plan, chosen)
    owners = _owners(request, plan, chosen)
    for _ in set(owners.values()) - {request.user}:
        if not rate_limits.may_send(request):
            raise ValidationError(rate_limits.TOO_MANY)
    edition_moves.upgrade(
        by=request.user,
        assessment=assessment,
        to=to,
        decisions=chosen.decisions,
        typed=chosen.typed,
        owners=owners,
        seen=chosen.seen,
    )


def _refuse_unmeant(plan: Plan, chosen: Chosen) -> None:
    if unmeant := [move.key for move in plan.deciding if chosen.is_unmeant(move)]:
        msg = (
            f"{', '.join(unmeant)}: an answer in the new form is there, but not chosen."
            " Choose it, or empty the field."
        )
        raise ValidationError(msg)


def _owners(request: MemberRequest, plan: Plan, chosen: Chosen) -> dict[str, User]:
    """Owners of new questions, by key; only people who may answer are given any."""
    people = {str(person.pk): person for person in who_may(request.organisation, Permission.ANSWER)}
    return {move.key: people[owner] for move in plan.added if (owner := chosen.owner_of(move.key)) in people}


def _newest(request: MemberRequest, assessment: Assessment) -> Edition | None:
    """The published edition to move to, if it is another one than it is on."""
    places = copies.destinations(assessment.edition, request.organisation)
    found = {str(to.checklist_id): to for to in places}
    own = found.get(str(assessment.edition.checklist_id))
    return found.get(request.GET.get("into", ""), own)


def _called(old: Edition, new: Edition) -> str:
    """The name of an edition on the way from another one."""
    number = f"edition {new.number}"
    is_same = old.checklist_id == new.checklist_id
    return number if is_same else f"{new.checklist.title}, {number}"


def _sent(request: MemberRequest) -> Chosen:
    """The choices that the page sent."""
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
        one["decision"],
        sent["typed"],
        one["owner"],
        request.POST.get("owner", ""),
        request.POST.get("to", ""),
        frozenset(request.POST.get("seen", "").split()),
    )


def _page(
    request: MemberRequest,
    assessment: Assessment,
    to: Edition | None,
    chosen: Chosen,
    **more: Any,
) -> HttpResponse:
    moves = assessment.upgrades.select_related("to_edition", "moved_by")
    done = moves.select_related("from_edition__checklist").first()
    context: dict[str, Any] = {"assessment": assessment, "to": to, "done": done} | more
    if assessment.is_open:
        places = copies.destinations(assessment.edition, request.organisation)
        context["others"] = [other for other in places if other != to]
    if done:
        done.assessment = assessment
        context["undo_refused"] = undo.why_not_undone(done, assessment)
        context["archived"] = Answer.archived_of(assessment).count()
    if to:
        plan = edition_moves.preview_upgrade(assessment=assessment, to=to)
        context |= {"plan": plan} | _chosen(request, plan, chosen)
        context |= _new(request, plan, chosen)
        context |= _across(assessment.edition.checklist, to.checklist)
        context["undo_until"] = timezone.now() + UNDO_FOR
        if request.method == "POST" and not chosen.is_for(to, plan):
            context["faults"] = [_stale(to, plan, chosen)]
            return render(request, "work/edition_moves/upgrade.html", context, status=409)
    status = 422 if "faults" in more else 200
    return render(request, "work/edition_moves/upgrade.html", context, status=status)


def _across(old: Checklist, new: Checklist) -> dict[str, bool]:
    """Whether a move leads to another checklist, and the crosswalk names the two."""
    is_across = old != new
    is_related = is_across and has_relations(original_of(old))
    return {"is_across": is_across, "is_related": is_related}


def _stale(to: Edition, plan: Plan, chosen: Chosen) -> str:
    """Differences from the page on which it was chosen, in words."""
    why = "The effect of this move has changed since you opened the page."
    if chosen.to != str(to.pk):
        why = f"The newest edition is {to.number} now; the page showed another one."
    new = [move.key for move in plan.changing if move.mark not in chosen.seen]
    more = " and others" if len(new) > MOST_NAMED else ""
    look = f" Look again at {', '.join(new[:MOST_NAMED])}{more}." if new else ""
    return f"{why} The assessment was not moved.{look} What you decided elsewhere is kept."


def _chosen(request: MemberRequest, plan: Plan, chosen: Chosen) -> dict[str, Any]:
    """Each decision that is to be made, with what is chosen, and what they add up to.

    "Carry all" and "Confirm all again" choose where that is open; never a conversion.
    """
    wanted = request.POST.get("all", "")
    if wanted not in {Decision.CARRY, Decision.AGAIN}:
        wanted = ""
    decisions = {
        move.key: wanted if wanted in move.options else chosen.decision(move) for move in plan.deciding
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
        "marks": " ".join(sorted(plan.marks)),
    }


def _new(request: MemberRequest, plan: Plan, chosen: Chosen) -> dict[str, Any]:
    """The new questions with whose they will be, and who may have them."""
    people = who_may(request.organisation, Permission.ANSWER)
    return {
        "new": [
            (
                move,
                chosen.owners.get(move.key, ""),
                move.settled(chosen.decision(move)),
            )
            for move in plan.added
        ],
        "owner": chosen.owner,
        "answerers": [(str(person.pk), person) for person in people],
        "nobody": NOBODY,
        "has_selects": 1 < len(plan.added) <= MOST_SELECTS / max(1, len(people)),
    }


@require_POST
@member_required(Permission.ASSESS)
def upgrade_undo(request: MemberRequest, assessment_id: UUID, upgrade_id: int) -> HttpResponse:
    assessment = find(request, assessment_id)
    found = get_object_or_404(assessment.upgrades, pk=upgrade_id)
    is_back = found.from_edition_id == assessment.edition_id
    if is_back and found.undone_by_id == request.user.pk:  # the press is sent twice
        number = _called(found.to_edition, found.from_edition)
        messages.success(request, f"Back on {number}.")
        return redirect(assessment)
    try:
        done = undo.undo_upgrade(by=request.user, upgrade=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("edition_moves:upgrade", request.organisation.slug, assessment.pk)
    number = _called(assessment.edition, done.upgrade.from_edition)
    since = {
        "Answered since, and kept": done.kept,
        "Answered since in a form that it does not have now, and kept in the history": (done.in_history),
    }
    said = [f"{what}: {', '.join(keys[:20])}." for what, keys in since.items() if keys]
    first = f"Back on {number}{'.' if said else '; every answer is as it was.'}"
    messages.success(request, " ".join([first, *said]))
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
    return render(request, "work/edition_moves/archived.html", context)
