"""Proposals: made by programs, read with what became of them. People decide on the pages."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from ninja import Router

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest, author_of
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import Said, conflict, operation
from compliance.programs.api.resources.answers import find_answer
from compliance.programs.api.resources.assessments import find_assessment
from compliance.programs.api.shapes.answers import (
    AnswerConflict,
    answer_of,
    changes_in,
    faults_in_set,
)
from compliance.programs.api.shapes.leaves import Id
from compliance.programs.api.shapes.proposals import ProposalGiven, ProposalShape
from compliance.work.assessments.models import Proposal
from compliance.work.proposals import actions

router = Router(tags=["proposals"])


@operation(
    router,
    "POST",
    "/answers/{int:answer_id}/proposals",
    Permission.PROPOSE,
    gives={201: ProposalShape, 409: AnswerConflict},
    once="within",
)
def propose_answer(request: ApiRequest, answer_id: Id, given: ProposalGiven) -> Said:
    """Propose an answer to a question, with its grounds; a person uses it or sets it aside.

    It is no answer: nothing counts, prints or signs it. It takes the place of the token's
    earlier proposal for the question; the same one again changes nothing. Where the
    question asks something else than in the edition that you read, or somebody changed
    one of the fields since, it is refused (409) with both sides: read again.
    """
    author = author_of(request)
    answer = find_answer(request, answer_id)
    with faults_in_set():
        made = actions.propose(
            by=author,
            token=request.token,
            assessment_id=answer.assessment_id,
            answer_id=answer.pk,
            edition_id=given.edition,
            version=given.version,
            changes=changes_in(given.set),
            why=given.why,
            evidence=_evidence(request, given.evidence),
        )
    if isinstance(made, actions.Outdated):
        sides = [{"field": name, "yours": yours, "theirs": theirs} for name, yours, theirs in made.sides]
        standing = answer_of(find_answer(request, answer_id))
        return conflict(AnswerConflict, sides, standing, made.why)
    shape = ProposalShape.of(_rows(request).get(pk=made.pk))
    return Said(shape, 201, Location=f"/api/v1/proposals/{made.pk}")


@operation(
    router,
    "POST",
    "/proposals/{int:proposal_id}/withdraw",
    Permission.PROPOSE,
    gives={200: ProposalShape},
)
def withdraw_proposal(request: ApiRequest, proposal_id: Id) -> ProposalShape:
    """Take back a proposal that this token made and nobody used or set aside; twice is once."""
    found = _find(request, proposal_id)
    actions.withdraw(
        by=author_of(request),
        token=request.token,
        assessment_id=found.answer.assessment_id,
        answer_id=found.answer_id,
        proposal_id=found.pk,
    )
    return ProposalShape.of(_find(request, proposal_id))


@operation(
    router,
    "GET",
    "/assessments/{uuid:assessment_id}/proposals",
    Permission.VIEW,
    gives={200: Page[ProposalShape]},
)
def list_proposals(
    request: ApiRequest, assessment_id: UUID, limit: Limit = 50, cursor: Cursor = ""
) -> Page[ProposalShape]:
    """Proposals by programs in an assessment, oldest first, and what became of them."""
    assessment = find_assessment(request, assessment_id)
    rows = _rows(request).filter(answer__assessment=assessment)
    found, after = sliced(rows, ("pk",), cursor, limit)
    return Page(items=[ProposalShape.of(one) for one in found], next=after)


@operation(
    router,
    "GET",
    "/proposals/{int:proposal_id}",
    Permission.VIEW,
    gives={200: ProposalShape},
)
def get_proposal(request: ApiRequest, proposal_id: Id) -> ProposalShape:
    """One proposal, and what became of it."""
    return ProposalShape.of(_find(request, proposal_id))


def _find(request: ApiRequest, proposal_id: int) -> Proposal:
    found = _rows(request).filter(pk=proposal_id).first()
    if found is None:
        raise Http404
    return found


def _rows(request: ApiRequest) -> QuerySet[Proposal]:
    own = Proposal.objects.filter(answer__assessment__organisation=request.organisation)
    return own.with_names().select_related("answer")


def _evidence(request: ApiRequest, ids: Collection[UUID]) -> list[Evidence]:
    """The pieces, each once, if they are the organisation's own. Raises ``Http404``."""
    wanted = list(dict.fromkeys(ids))
    found = request.organisation.evidence.in_bulk(wanted)
    if len(found) < len(wanted):
        raise Http404
    return [found[pk] for pk in wanted]
