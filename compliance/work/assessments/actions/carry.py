"""Carrying an earlier assessment forward: every answer is copied, to be confirmed."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from compliance.content.checklists.choices import QuestionKind
from compliance.content.checklists.copies import line
from compliance.content.checklists.models import Edition
from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.rows import inserted
from compliance.work.assessments.answer_fields import ANSWERED, TYPED, json_of
from compliance.work.assessments.choices import Again, Verdict
from compliance.work.assessments.following import choice_lines_of, value_verdict
from compliance.work.assessments.models import ActionLink, Answer, Assessment, Attachment
from compliance.work.assessments.scoring import BESIDE

_CHOSEN = {QuestionKind.STAGE, QuestionKind.CHOICE, QuestionKind.CHOICES}


def refuse_foreign(organisation: Organisation, edition: Edition, earlier: Assessment) -> None:
    """Only an own assessment of the same checklist, or of a copy, can be carried over."""
    is_own = earlier.organisation_id == organisation.pk
    there = earlier.edition.checklist_id
    is_same = there == edition.checklist_id or (
        line(edition.checklist, organisation).filter(pk=there).exists()
    )
    if not is_own or not is_same:
        msg = "Only an assessment of the same checklist can be carried forward."
        raise ValidationError(msg)


def earlier_answers(earlier: Assessment) -> dict[str, Answer]:
    """Question key to the earlier answer; one that says nothing may have evidence."""
    rows = earlier.answers.select_related("question", "assessment__organisation")
    return {answer.question.key: answer for answer in rows}


def fill(answers: Sequence[Answer], earlier: dict[str, Answer]) -> None:
    """Fill in unsaved answers from those of the same question."""
    if not earlier:
        return
    organisation = next(iter(earlier.values())).assessment.organisation
    owners = {person.pk for person in who_may(organisation, Permission.ANSWER)}
    for answer in answers:
        if answer.question.key in earlier:
            _carry(answer, earlier[answer.question.key], owners)


def _carry(answer: Answer, earlier: Answer, owners: set[int]) -> None:
    """Fill in an unsaved answer from the earlier one of the same question.

    A question that the new edition asks in another way keeps its own words only, such
    as the note. An owner who may not answer now, and a due date, stay behind. "Not
    applicable" waits for a second person. It was answered by whoever answered it then,
    until someone says something else.
    """
    for field in TYPED:
        if field.carried and field.is_plain:
            setattr(answer, field.column, getattr(earlier, field.column))
    if earlier.owner_id in owners:
        answer.owner_id = earlier.owner_id
    if answer.question.kind == earlier.question.kind:
        _carry_verdict(answer, earlier)
    if answer.verdict != Verdict.UNANSWERED or answer.note:
        answer.again = Again.CARRIED


def _carry_verdict(answer: Answer, earlier: Answer) -> None:
    question = answer.question
    offered = question.choices.all()
    keys = {choice.key for choice in offered}
    if question.kind in _CHOSEN and not _are_known(earlier.value, keys):
        return
    answer.value = earlier.value
    answer.verdict = earlier.verdict
    if answer.kind_is_derived and earlier.verdict not in BESIDE:
        answer.choice_lines = choice_lines_of(offered)
        answer.verdict = value_verdict(answer, answer.value)
    answer.later_until = earlier.later_until
    if answer.verdict == Verdict.NA:
        chosen = answer.value if isinstance(answer.value, list) else [answer.value]
        labels = [choice.label for choice in offered if choice.key in chosen]
        answer.reason = earlier.reason or "; ".join(labels)
        answer.na_by_id = earlier.na_by_id
    if answer.verdict != Verdict.UNANSWERED:
        answer.answered_by_id = earlier.answered_by_id
        answer.answered_at = earlier.answered_at


def _are_known(value: Any, offered: set[str]) -> bool:
    keys = value if isinstance(value, list) else [value] if value else []
    return set(keys) <= offered


def carry_proofs(answers: Sequence[Answer], earlier: dict[str, Answer]) -> dict[int, list[str]]:
    """Use the same evidence, and link the actions still open; answer to evidence ids."""
    here = {earlier[a.question.key].pk: a for a in answers if a.question.key in earlier}
    proofs = Attachment.objects.filter(answer__in=here).order_by("pk")
    used = [(here[old.answer_id], old.evidence_id) for old in proofs]
    inserted(
        Attachment.objects.bulk_create(
            Attachment(answer=answer, evidence_id=evidence) for answer, evidence in used
        )
    )
    links = ActionLink.objects.filter(answer__in=here, action__closed_at=None)
    inserted(
        ActionLink.objects.bulk_create(
            ActionLink(action_id=link.action_id, answer=here[link.answer_id]) for link in links
        )
    )
    found: dict[int, list[str]] = {}
    for answer, evidence in used:
        found.setdefault(answer.pk, []).append(str(evidence))
    return found


def payload(earlier: Assessment, answers: Sequence[Answer], proofs: dict[int, list[str]]) -> dict[str, Any]:
    """The payload of the event: every answer as it came along."""
    return {
        "earlier": str(earlier.pk),
        "answers": {
            str(answer.pk): _as_carried(answer)
            | ({"evidence": proofs[answer.pk]} if answer.pk in proofs else {})
            for answer in answers
            if answer.again or answer.owner_id or answer.pk in proofs
        },
    }


def _as_carried(answer: Answer) -> dict[str, Any]:
    names = [field.column for field in TYPED if field.carried]
    values = json_of({name: getattr(answer, name) for name in (*names, *ANSWERED)})
    return {name: value for name, value in values.items() if value not in (None, "")}
