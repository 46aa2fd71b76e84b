"""Proposals on which an answer rests: used by a save, open again when it is undone.

Each function is for an answer that the caller has locked.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.content.checklists.models import Question
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import User
from compliance.work.assessments.choices import ProposalState
from compliance.work.assessments.following import Changes
from compliance.work.assessments.models import Answer, Assessment, Proposal


@dataclass(frozen=True, slots=True)
class Used:
    """The proposal that a person saves as their answer, and which of its evidence with it."""

    proposal_id: int
    evidence: Collection[UUID] = ()


def open_one(by: User, answer: Answer, used: Used) -> Proposal | None:
    """The open proposal for an answer; None for one that this person has used already.

    Raises ``Proposal.DoesNotExist`` for one about another answer, ``ValidationError`` for
    one that is open no more.
    """
    found = answer.proposals.select_related("token").get(pk=used.proposal_id)
    if found.state == ProposalState.USED and found.settled_by_id == by.pk:
        return None
    refuse_settled(answer, found)
    return found


def refuse_settled(answer: Answer, proposal: Proposal) -> None:
    """Raise ``ValidationError`` for a proposal that is open no more."""
    if not proposal.is_open:
        state = proposal.get_state_display().lower()
        msg = f"This proposal was {state} meanwhile. Load {answer.question.key} again."
        raise ValidationError(msg)


def prepared_by(user: User, assessment: Assessment) -> set[int]:
    """The ids of the answers for which programs of a person proposed something."""
    rows = Proposal.objects.of(user).filter(answer__assessment=assessment)
    return set(rows.values_list("answer", flat=True))


def grounds_of(proposal: Proposal, used: Used) -> list[Evidence]:
    """The chosen pieces of evidence, of those on which the proposal rests."""
    rows = proposal.grounds.filter(evidence__in=used.evidence)
    return [ground.evidence for ground in rows.select_related("evidence")]


def settle(by: User, proposal: Proposal, state: ProposalState) -> None:
    """Close a proposal; the caller records it."""
    proposal.state = state
    proposal.settled_at, proposal.settled_by = timezone.now(), by
    proposal.save(update_fields=["state", "reason", "settled_at", "settled_by"])


def open_again(answer: Answer, after: Changes) -> None:
    """Open the proposal on which an undone event rested, unless a newer one is open."""
    if "proposal" not in after:
        return
    proposal = answer.proposals.get(pk=after["proposal"]["proposal"])
    if proposal.state == ProposalState.USED:
        unsettle(answer, proposal)


def unsettle(answer: Answer, proposal: Proposal) -> bool:
    """Open a closed proposal; False where a newer one of its token is open.

    The caller records it.
    """
    if answer.proposals.open().filter(token=proposal.token_id).exists():
        return False
    proposal.state, proposal.reason = ProposalState.OPEN, ""
    proposal.settled_at = proposal.settled_by = None
    proposal.save(update_fields=["state", "reason", "settled_at", "settled_by"])
    return True


def asked_in(question: Question) -> dict[str, Any]:
    """All of a question that gives an answer its meaning."""
    offered = [[one.key, one.label, one.verdict] for one in question.choices.all()]
    return {
        "title": question.title,
        "text": question.text,
        "kind": question.kind,
        "choices": offered,
        "number": question.number,
    }


def proposal_payload(proposal: Proposal) -> dict[str, Any]:
    """The proposal in an event: which one, by which token, and whose."""
    token = proposal.token
    return {
        "proposal": proposal.pk,
        "token": token.pk,
        "title": token.name,
        "person": token.user_id,
    }
