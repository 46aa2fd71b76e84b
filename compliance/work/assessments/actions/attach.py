"""Using evidence in an answer."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.crediting import (
    Sides,
    credit,
    entry,
    save_credits,
    take_back,
)
from compliance.work.assessments.events import EVIDENCE_ATTACHED, EVIDENCE_DETACHED
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Answer, Assessment, Attachment


def attach(*, by: User, answer: Answer, evidence: Evidence) -> Attachment:
    """Use a piece of evidence in an answer; once is enough, twice changes nothing.

    Raises ``ValidationError`` for a closed assessment and for evidence of another
    organisation.
    """
    with writing():
        answer = _locked(answer)
        if evidence.organisation_id != answer.assessment.organisation_id:
            msg = "This evidence belongs to another organisation."
            raise ValidationError(msg)
        attachment, is_new = Attachment.objects.get_or_create(answer=answer, evidence=evidence)
        if is_new:
            _record(by, answer, evidence, EVIDENCE_ATTACHED, credit(by, answer))
            refuse_too_many_files(answer.assessment)
    return attachment


def detach(*, by: User, answer: Answer, evidence: Evidence) -> None:
    """Stop using a piece of evidence in an answer; the evidence itself stays.

    Detaching the piece that gave the last answer undoes that answer.
    """
    with writing():
        answer = _locked(answer)
        gone, _ = answer.attachments.filter(evidence=evidence).delete()
        if gone:
            _record(
                by,
                answer,
                evidence,
                EVIDENCE_DETACHED,
                _taken_out(by, answer, evidence),
            )


def attach_all(answer: Answer, proofs: Iterable[Evidence]) -> list[dict[str, str]]:
    """Use evidence of the same organisation in a locked answer; the payloads of those that are new.

    The caller records it, as a part of the event it belongs to.
    """
    used = set(answer.attachments.values_list("evidence_id", flat=True))
    new = [proof for proof in proofs if proof.pk not in used]
    inserted(Attachment.objects.bulk_create(Attachment(answer=answer, evidence=proof) for proof in new))
    return [evidence_payload(proof) for proof in new]


def swap_proofs(answer: Answer, after: dict[str, Any]) -> dict[str, Any]:
    """Undo what an event says of evidence in a locked answer; the payload of the undoing."""
    found: dict[str, Any] = {}
    if gone := [proof["evidence"] for proof in after.get("attached", [])]:
        rows = answer.attachments.filter(evidence__in=gone).select_related("evidence")
        found["detached"] = [evidence_payload(row.evidence) for row in rows]
        rows.delete()
    if back := [proof["evidence"] for proof in after.get("detached", [])]:
        theirs = answer.assessment.organisation_id
        proofs = Evidence.objects.filter(pk__in=back, organisation=theirs)
        found["attached"] = attach_all(answer, proofs)
    return found


def _locked(answer: Answer) -> Answer:
    hold_open(answer.assessment_id)
    answers = Answer.objects.select_for_update(of=("self",))
    answer = answers.select_related("assessment").get(pk=answer.pk)
    if not answer.assessment.is_open:
        closed = answer.assessment.closed_word
        msg = f"This assessment is {closed}: its evidence stays as it is."
        raise ValidationError(msg)
    return answer


def _taken_out(by: User, answer: Answer, evidence: Evidence) -> Sides:
    """The author of the answer once a piece is taken out: the one before it, where it came last."""
    events = Event.objects.filter(
        organisation_id=answer.assessment.organisation_id,
        scope_id=answer.assessment_id,
        subject_label="answer",
        subject_id=str(answer.pk),
        action__in=(EVIDENCE_ATTACHED, EVIDENCE_DETACHED),
    )
    if event := events.order_by("-seq").first():
        before, after = trail.changes(event)
        is_same = (event.action, after["evidence"]) == (
            EVIDENCE_ATTACHED,
            str(evidence.pk),
        )
        if is_same and (sides := take_back(answer, before, after)) != ({}, {}):
            return sides
    return credit(by, answer)


def _record(by: User, answer: Answer, evidence: Evidence, action: str, sides: Sides) -> None:
    said = entry(answer, action, evidence_payload(evidence), sides)
    save_credits([said])
    trail.record(
        by=by,
        organisation_id=answer.assessment.organisation_id,
        action=action,
        subject=answer,
        scope_id=answer.assessment_id,
        before=said.before,
        after=said.after,
    )


def refuse_too_many_files(assessment: Assessment) -> None:
    """Refuse what brought the files of an assessment over their number.

    Comes behind the event: whoever records one holds the trail of the organisation,
    so that the files are counted by one after the other.
    """
    files = Evidence.objects.filter(attachments__answer__assessment=assessment)
    count = files.exclude(sha256="").distinct().count()
    if count > settings.FILES_PER_ASSESSMENT:
        msg = (
            f"{settings.FILES_PER_ASSESSMENT} files fit into one assessment, and they"
            " are in use. Take one out, or use a link."
        )
        raise ValidationError(msg, code="files")


def evidence_payload(evidence: Evidence) -> dict[str, str]:
    """A piece of evidence as the trail names it."""
    return {
        "evidence": str(evidence.pk),
        "title": evidence.title,
        "sha256": evidence.sha256,
    }
