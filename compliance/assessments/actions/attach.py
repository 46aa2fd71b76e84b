"""Using evidence in an answer."""

from django.core.exceptions import ValidationError
from django.db import transaction

from compliance.assessments.models import Answer, Attachment
from compliance.audit import trail
from compliance.evidence.models import Evidence
from compliance.organisations.models import User
from compliance.web.turns import in_turn


def attach(*, by: User, answer: Answer, evidence: Evidence) -> Attachment:
    """Use a piece of evidence in an answer; once is enough, twice changes nothing.

    Raises ``ValidationError`` for a closed assessment and for evidence of another
    organisation.
    """
    with in_turn(), transaction.atomic():
        answer = _locked(answer)
        if evidence.organisation_id != answer.assessment.organisation_id:
            msg = "This evidence belongs to another organisation."
            raise ValidationError(msg)
        attachment, is_new = Attachment.objects.get_or_create(
            answer=answer, evidence=evidence
        )
        if is_new:
            _record(by, answer, evidence, "evidence.attached")
    return attachment


def detach(*, by: User, answer: Answer, evidence: Evidence) -> None:
    """Stop using a piece of evidence in an answer; the evidence itself stays."""
    with in_turn(), transaction.atomic():
        answer = _locked(answer)
        gone, _ = answer.attachments.filter(evidence=evidence).delete()
        if gone:
            _record(by, answer, evidence, "evidence.detached")


def _locked(answer: Answer) -> Answer:
    answers = Answer.objects.select_for_update(of=("self",))
    answer = answers.select_related("assessment").get(pk=answer.pk)
    if not answer.assessment.is_open:
        msg = "This assessment is closed: its evidence stays as it is."
        raise ValidationError(msg)
    return answer


def _record(by: User, answer: Answer, evidence: Evidence, action: str) -> None:
    trail.record(
        by=by,
        organisation_id=answer.assessment.organisation_id,
        action=action,
        subject=answer,
        scope_id=answer.assessment_id,
        after={
            "evidence": str(evidence.pk),
            "title": evidence.title,
            "sha256": evidence.sha256,
        },
    )
