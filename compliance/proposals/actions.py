"""Proposing an answer, and setting a proposal aside. Using one is a save of the answer."""

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import ValidationError

from compliance.assessments.actions import told as proof
from compliance.assessments.answer_fields import NEEDED, json_of
from compliance.assessments.choices import OPEN, ProposalState, Verdict
from compliance.assessments.events import ANSWER_PROPOSED, PROPOSAL_SET_ASIDE
from compliance.assessments.following import Changes, settled, touched_of, values_of
from compliance.assessments.models import Answer, Assessment, Ground, Proposal
from compliance.assessments.proposing import refuse_settled, settle, told
from compliance.assessments.scoring import BESIDE
from compliance.assessments.writing import locked, record
from compliance.audit.rows import inserted
from compliance.audit.transaction import writing
from compliance.evidence.models import Evidence
from compliance.organisations.models import Organisation, User
from compliance.tokens.models import Token

MOST = 500
"""Open proposals in one assessment: a program that runs wild ends here."""
STANDING = {ProposalState.OPEN, ProposalState.SET_ASIDE}
"""States in which the same proposal has nothing new to say: it waits, or was declined."""


def propose(
    *,
    by: User,
    token: Token,
    assessment_id: UUID,
    answer_id: int,
    version: int,
    changes: Changes,
    why: str = "",
    evidence: Collection[Evidence] = (),
) -> Proposal:
    """Propose fields of an answer, read in ``version``, by a token of that person.

    ``changes`` are as ``save_answer`` takes them. The token's earlier proposal for the
    question is replaced; the same one again changes nothing, be it open or set aside.
    Raises ``ValidationError`` for a closed assessment, a question that does not apply,
    values that no answer could have, and too many open proposals; ``Answer.DoesNotExist``
    for a foreign id.
    """
    with writing():
        answer = locked(token.organisation_id, assessment_id, answer_id)
        fields = _fields(answer, changes, version)
        found = Proposal(
            answer=answer,
            question=answer.question,
            token=token,
            version=version,
            fields=fields,
            why=why,
        )
        found.clean_fields(exclude=["fields"])
        earlier = answer.proposals.filter(token=token)
        before, latest = earlier.open().first(), earlier.order_by("pk").last()
        for one in (before, latest):
            if one and one.state in STANDING and _is_same(one, found, evidence):
                return one
        if before:
            settle(by, before, ProposalState.REPLACED)
        found.save(force_insert=True)
        rows = [Ground(proposal=found, evidence=one) for one in evidence]
        inserted(Ground.objects.bulk_create(rows))
        after = fields | {"proposal": told(found), "of_version": version}
        if why:
            after["text"] = why
        if evidence:
            after["grounds"] = [proof(one) for one in evidence]
        if before:
            after["replaces"] = before.pk
        record(by, answer, ANSWER_PROPOSED, {}, after)
        _refuse_too_many(answer.assessment)
    return found


def set_aside(
    *,
    by: User,
    organisation: Organisation,
    assessment_id: UUID,
    answer_id: int,
    proposal_id: int,
    reason: str = "",
) -> Proposal:
    """Close a proposal that nobody will use; doing it twice is doing it once.

    Raises ``ValidationError`` for a closed assessment and for one that was used or
    replaced meanwhile, ``Answer.DoesNotExist`` and ``Proposal.DoesNotExist`` for foreign
    ids.
    """
    with writing():
        answer = locked(organisation.pk, assessment_id, answer_id)
        found = answer.proposals.select_related("token").get(pk=proposal_id)
        if found.state == ProposalState.SET_ASIDE:
            return found
        refuse_settled(answer, found)
        found.reason = reason
        found.clean_fields(exclude=["fields"])
        settle(by, found, ProposalState.SET_ASIDE)
        after = {"proposal": told(found)} | ({"text": reason} if reason else {})
        record(by, answer, PROPOSAL_SET_ASIDE, {}, after)
    return found


def _fields(answer: Answer, changes: Changes, version: int) -> Changes:
    """The proposed fields as JSON. Raises ``ValidationError`` for what no answer could be.

    Where a value decides, its verdict follows when the proposal is read.
    """
    key = answer.question.key
    if not answer.applies:
        msg = f"{key} does not apply, by a rule."
        raise ValidationError(msg)
    if version > answer.version:
        msg = f"There is no version {version} of the answer. Read it again."
        raise ValidationError({"version": msg})
    if not changes:
        msg = "Propose at least one field of the answer."
        raise ValidationError({"set": msg})
    standing = values_of(answer)
    touched = touched_of(answer, changes, standing)
    if not touched:
        msg = f"The answer to {key} says this already."
        raise ValidationError({"set": msg})
    after = standing | settled(answer, touched)
    needed = NEEDED.get(Verdict(after["verdict"]))
    if needed and not str(after[needed.column] or "").strip():
        raise ValidationError({f"set.{needed.name}": needed.missing % key})
    if answer.kind_is_derived and changes.get("verdict") not in {*BESIDE, *OPEN}:
        changes = {name: changes[name] for name in changes if name != "verdict"}
    return json_of({name: (standing | touched)[name] for name in changes})


def _is_same(before: Proposal, now: Proposal, evidence: Collection[Evidence]) -> bool:
    grounds = set(before.grounds.values_list("evidence_id", flat=True))
    said = [
        (one.question_id, one.version, one.fields, one.why) for one in (before, now)
    ]
    return said[0] == said[1] and grounds == {one.pk for one in evidence}


def _refuse_too_many(assessment: Assessment) -> None:
    """Counted after the event, which waits for those of others."""
    rows = Proposal.objects.open().filter(
        answer__assessment=assessment, answer__applies=True, answer__archived_at=None
    )
    if rows.count() > MOST:
        msg = f"{MOST} proposals are open here. Let people use or set aside some first."
        raise ValidationError(msg)
