"""Proposing an answer, withdrawing it, setting it aside. Using one is a save of the answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from compliance.content.checklists import content
from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.tokens.models import Token
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import evidence_payload
from compliance.work.assessments.answer_fields import BY_COLUMN, NEEDED, json_of
from compliance.work.assessments.applying import why_not_asked
from compliance.work.assessments.choices import OPEN, ProposalState, Verdict
from compliance.work.assessments.events import (
    ANSWER_PROPOSED,
    PROPOSAL_OPENED_AGAIN,
    PROPOSAL_SET_ASIDE,
    PROPOSAL_WITHDRAWN,
)
from compliance.work.assessments.following import Changes, settled, touched_of, values_of
from compliance.work.assessments.models import Answer, Assessment, Ground, Proposal
from compliance.work.assessments.proposing import (
    asked_in,
    proposal_payload,
    refuse_settled,
    settle,
    unsettle,
)
from compliance.work.assessments.scoring import BESIDE
from compliance.work.assessments.versions import Known
from compliance.work.assessments.writing import as_known, locked, record

MOST = 500
"""Open proposals in one assessment: a program that runs wild ends here."""
STANDING = {ProposalState.OPEN, ProposalState.SET_ASIDE}
"""States in which the same proposal has nothing new to say: it waits, or was declined."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A proposal that rests on what stands no more, and was not kept.

    Each of ``sides`` is a field, as it was read or proposed, and as it stands.
    """

    why: str
    sides: Sequence[tuple[str, Any, Any]]


def propose(
    *,
    by: User,
    token: Token,
    assessment_id: UUID,
    answer_id: int,
    edition_id: int,
    version: int,
    changes: Changes,
    why: str = "",
    evidence: Collection[Evidence] = (),
) -> Proposal | Outdated:
    """Propose fields of an answer, read in ``version``, by a token of that person.

    ``changes`` are as ``save_answer`` takes them, ``edition_id`` is that in which the
    question was read. The token's earlier proposal for the question is replaced; the same
    one again changes nothing, be it open or set aside. One for a question that asks
    something else by now, or for fields that somebody changed since, is not kept.
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
        if outdated := _outdated(answer, found, edition_id):
            return outdated
        if before:
            settle(by, before, ProposalState.REPLACED)
        found.save(force_insert=True)
        rows = [Ground(proposal=found, evidence=one) for one in evidence]
        inserted(Ground.objects.bulk_create(rows))
        after = fields | {"proposal": proposal_payload(found), "of_version": version}
        if why:
            after["text"] = why
        if evidence:
            after["grounds"] = [evidence_payload(one) for one in evidence]
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
) -> tuple[Proposal, Event | None]:
    """Close a proposal that nobody will use; doing it twice is doing it once.

    The event is None the second time. Raises ``ValidationError`` for a closed assessment,
    one that was used or replaced meanwhile, or set aside for another reason;
    ``Answer.DoesNotExist`` and ``Proposal.DoesNotExist`` for foreign ids.
    """
    with writing():
        answer = locked(organisation.pk, assessment_id, answer_id)
        found = answer.proposals.select_related("token").get(pk=proposal_id)
        if found.state == ProposalState.SET_ASIDE and reason in {"", found.reason}:
            return found, None
        refuse_settled(answer, found)
        found.reason = reason
        found.clean_fields(exclude=["fields"])
        settle(by, found, ProposalState.SET_ASIDE)
        after = {"proposal": proposal_payload(found)} | ({"text": reason} if reason else {})
        event = record(by, answer, PROPOSAL_SET_ASIDE, {}, after)
    return found, event


def take_back(*, by: User, assessment: Assessment, seq: int) -> tuple[Answer, bool]:
    """Open a proposal again that one event set aside, and say whether that was possible.

    It is not once the proposal was open again already or a newer one is. Raises
    ``Event.DoesNotExist`` for an event that set nothing aside here, ``ValidationError``
    for a closed assessment.
    """
    with writing():
        aside = Event.objects.filter(
            organisation_id=assessment.organisation_id,
            scope_id=assessment.pk,
            action=PROPOSAL_SET_ASIDE,
        )
        event = aside.get(seq=seq)
        answer_id = int(event.subject_id)
        answer = locked(assessment.organisation_id, assessment.pk, answer_id)
        pk = _proposal_in(event)
        found = answer.proposals.select_related("token").get(pk=pk)
        later = aside.filter(subject_id=event.subject_id, seq__gt=seq)
        is_last = pk not in {_proposal_in(one) for one in later}
        is_standing = found.state == ProposalState.SET_ASIDE and is_last
        if not (is_standing and unsettle(answer, found)):
            return answer, False
        record(by, answer, PROPOSAL_OPENED_AGAIN, {}, {"proposal": proposal_payload(found)})
        _refuse_too_many(answer.assessment)
    return answer, True


def withdraw(*, by: User, token: Token, assessment_id: UUID, answer_id: int, proposal_id: int) -> Proposal:
    """Close a proposal by the program that made it; doing it twice is doing it once.

    Raises ``Proposal.DoesNotExist`` for one that another token made, else as ``set_aside``.
    """
    with writing():
        answer = locked(token.organisation_id, assessment_id, answer_id)
        own = answer.proposals.filter(token=token).select_related("token")
        found = own.get(pk=proposal_id)
        if found.state == ProposalState.WITHDRAWN:
            return found
        refuse_settled(answer, found)
        settle(by, found, ProposalState.WITHDRAWN)
        record(by, answer, PROPOSAL_WITHDRAWN, {}, {"proposal": proposal_payload(found)})
    return found


def _proposal_in(event: Event) -> int:
    return int(trail.changes(event)[1]["proposal"]["proposal"])


def _fields(answer: Answer, changes: Changes, version: int) -> Changes:
    """The proposed fields as JSON. Raises ``ValidationError`` for what no answer could be.

    Where a value decides, its verdict follows when the proposal is read.
    """
    key = answer.question.key
    if not answer.applies:
        msg = f"{key} {why_not_asked(answer)}."
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


def _outdated(answer: Answer, found: Proposal, edition_id: int) -> Outdated | None:
    """Why a new proposal rests on what stands no more; None where it does not."""
    if sides := _reworded(answer, edition_id):
        why = (
            f"{answer.question.key} asks something else by now. Read the question of"
            f" edition {answer.question.edition_id}, and propose for that one."
        )
        return Outdated(why, sides)
    standing = values_of(answer)
    known, said = as_known(answer, Known(found.version)), found.said
    sides = [
        (BY_COLUMN[column].name, said[column], standing[column])
        for column in said
        if known[column] != standing[column] != said[column]
    ]
    if sides:
        why = (
            "Someone has changed these fields since you read them. Compare both sides,"
            f" and propose again for version {answer.version}."
        )
        return Outdated(why, sides)
    return None


def _reworded(answer: Answer, edition_id: int) -> list[tuple[str, Any, Any]]:
    """The words of a question in the edition that was read, where they have changed since.

    Raises ``ValidationError`` for an edition that the checklist does not have.
    """
    now = answer.question
    if edition_id == now.edition_id:
        return []
    assessment = answer.assessment
    readable = content.readable(assessment.organisation)
    same = readable.filter(checklist=assessment.edition.checklist_id)
    edition = same.filter(pk=edition_id).first()
    if edition is None:
        msg = "The checklist has no such edition. Read the answer again."
        raise ValidationError({"edition": msg})
    then = edition.questions.filter(key=now.key).first()
    before, after = (asked_in(then) if then else {}), asked_in(now)
    return [
        (f"question.{name}", before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value
    ]


def _is_same(before: Proposal, now: Proposal, evidence: Collection[Evidence]) -> bool:
    grounds = set(before.grounds.values_list("evidence_id", flat=True))
    said = [(one.question_id, one.version, one.fields, one.why) for one in (before, now)]
    return said[0] == said[1] and grounds == {one.pk for one in evidence}


def _refuse_too_many(assessment: Assessment) -> None:
    """Counted after the event, which waits for those of others."""
    rows = Proposal.objects.open().filter(
        answer__assessment=assessment, answer__applies=True, answer__archived_at=None
    )
    if rows.count() > MOST:
        msg = f"{MOST} proposals are open here. Let people use or set aside some first."
        raise ValidationError(msg)
