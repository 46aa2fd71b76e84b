"""Replacing other versions of a piece of evidence by one."""

from collections.abc import Collection, Sequence
from itertools import groupby
from uuid import UUID

from django.core.exceptions import ValidationError

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import evidence_payload, refuse_too_many_files
from compliance.work.assessments.crediting import credit, entry, save_credits
from compliance.work.assessments.events import EVIDENCE_ATTACHED, EVIDENCE_DETACHED
from compliance.work.assessments.holding import hold_open_for
from compliance.work.assessments.models import Answer, Attachment


def use_instead(
    *,
    by: User,
    organisation: Organisation,
    evidence: Evidence,
    others: Collection[UUID],
    answer_ids: Collection[int],
) -> list[tuple[UUID, int]]:
    """Use a piece of evidence in answers, instead of other versions of it.

    All or nothing; every change is an event of its answer, and those of one
    assessment are recorded together, so that they are undone together. Returns
    each assessment that changed with the number of its first event. Raises
    ``ValidationError`` when an assessment is closed, and ``Answer.DoesNotExist`` for
    an id that is not the organisation's own.
    """
    if evidence.organisation_id != organisation.pk:
        msg = "This evidence belongs to another organisation."
        raise ValidationError(msg)
    changed = []
    with writing():
        answers = _locked(organisation, answer_ids)
        for _, several in groupby(answers, key=lambda answer: answer.assessment_id):
            rows = list(several)
            entries = _swap(by, rows, evidence, set(others) - {evidence.pk})
            if not entries:
                continue
            assessment = rows[0].assessment
            events = trail.record_together(
                by=by,
                organisation_id=organisation.pk,
                scope_id=assessment.pk,
                entries=entries,
            )
            refuse_too_many_files(assessment)
            changed.append((assessment.pk, events[0].seq))
    return changed


def refuse_foreign(organisation: Organisation, answer_ids: Collection[int]) -> None:
    """Raise ``Answer.DoesNotExist`` for an id that is not the organisation's own."""
    rows = Answer.objects.filter(assessment__organisation=organisation)
    if rows.filter(pk__in=answer_ids).count() != len(set(answer_ids)):
        raise Answer.DoesNotExist


def _locked(organisation: Organisation, answer_ids: Collection[int]) -> list[Answer]:
    """The answers by assessment, locked; all of them the organisation's and open."""
    hold_open_for(answer_ids)
    rows = Answer.objects.filter(pk__in=answer_ids, assessment__organisation=organisation)
    rows = rows.select_related("assessment", "question").order_by("pk")
    found = list(rows.select_for_update(of=("self",)))
    if len(found) != len(set(answer_ids)):
        raise Answer.DoesNotExist
    for answer in found:
        if not answer.assessment.is_open:
            closed = answer.assessment.closed_word
            msg = f"{answer.assessment} is {closed}: its evidence stays as it is."
            raise ValidationError(msg)
    return sorted(found, key=lambda answer: (str(answer.assessment_id), answer.question.position))


def _swap(
    by: User, answers: Sequence[Answer], evidence: Evidence, others: Collection[UUID]
) -> list[trail.Entry]:
    """Take the others out and put the one in; an entry for each change."""
    uses = Attachment.objects.filter(answer__in=answers)
    out = uses.filter(evidence__in=others).select_related("evidence").order_by("pk")
    using = set(uses.filter(evidence=evidence).values_list("answer_id", flat=True))
    rows = {answer.pk: answer for answer in answers}
    old = [
        entry(row, EVIDENCE_DETACHED, evidence_payload(use.evidence), credit(by, row))
        for use in out
        if (row := rows[use.answer_id])
    ]
    new = [answer for answer in answers if answer.pk not in using]
    out.order_by().delete()
    inserted(Attachment.objects.bulk_create(Attachment(answer=answer, evidence=evidence) for answer in new))
    said = evidence_payload(evidence)
    done = old + [entry(row, EVIDENCE_ATTACHED, said, credit(by, row)) for row in new]
    save_credits(done)
    return done
