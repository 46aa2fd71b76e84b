"""A reviewer looks at one answer: accepts it, or returns it with a reason."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.reviews.actions.holding import clean_typed, review_of
from compliance.assurance.reviews.checks import seen_of, seen_together
from compliance.assurance.reviews.choices import CheckResult
from compliance.assurance.reviews.models import Check
from compliance.assurance.reviews.preparers import preparers_of
from compliance.assurance.reviews.queries import read_desk
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import confirm_na
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.events import ANSWER_ACCEPTED, ANSWER_RETURNED
from compliance.work.assessments.holding import hold_open
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.assessments.versions import Known
from compliance.work.snapshots.snapshot import line_of, to_read

LOOKED = {
    CheckResult.ACCEPTED: ANSWER_ACCEPTED,
    CheckResult.RETURNED: ANSWER_RETURNED,
}
"""The event of each result."""


def check(
    *,
    by: User,
    assessment: Assessment,
    answer_id: int,
    seen: str,
    result: CheckResult,
    reason: str = "",
) -> Check:
    """Say yes to an answer in review, or return it with a reason.

    ``seen`` is the ``seen_of`` that the page showed: another answer by now is refused.
    So is one that the person prepared, and an assessment that is not in review, with
    ``ValidationError``. Accepting another's "not applicable" confirms it, too. A
    foreign id raises ``Answer.DoesNotExist``. A later look takes the place of an
    earlier one; the same look twice is one.
    """
    with writing():
        hold_open(assessment.pk)
        here = to_read(assessment.pk)
        rows = Answer.objects.select_related("question", "assessment__organisation")
        answer = rows.get(pk=answer_id, assessment=here)
        review = review_of(here)
        key = answer.question.key
        if seen != seen_of(line_of(here, answer_id)):
            raise ValidationError(f"{key} has changed since you looked. Read it again.")
        if by.pk in preparers_of(here, answer):
            raise ValidationError(f"You prepared {key}. Another reviewer checks it.")
        look = Check(
            review=review,
            answer=answer,
            version=answer.version,
            seen=seen,
            result=result,
            reason=reason.strip() if result == CheckResult.RETURNED else "",
            at=timezone.now(),
            by=by,
        )
        if same := _same(look):
            return same
        if result == CheckResult.RETURNED and not look.reason:
            raise ValidationError({"reason": "Say what has to change."})
        clean_typed(look, "result", "reason")
        if result == CheckResult.ACCEPTED and answer.na_waits:
            _second(by, answer)
        look.save()
        trail.record(
            by=by,
            organisation_id=here.organisation_id,
            action=LOOKED[CheckResult(result)],
            subject=answer,
            scope_id=here.pk,
            after={"seen": seen, "review": review.pk} | ({"text": look.reason} if look.reason else {}),
        )
    return look


def accept_ruled_out(*, by: User, assessment: Assessment, seen: str) -> int:
    """Say yes to all that does not apply, by facts that others set; how many that were.

    ``seen`` is the ``seen_together`` of what the page showed. Raises ``ValidationError``
    when that is something else by now, and when the assessment is not in review.
    """
    with writing():
        hold_open(assessment.pk)
        desk = read_desk(to_read(assessment.pk))
        if desk.assessment.status != AssessmentStatus.REVIEW or desk.review is None:
            msg = "This assessment is not in review."
            raise ValidationError(msg)
        lines = desk.ruled_out_for(by.pk)
        if seen != seen_together(lines):
            msg = "The questions that do not apply have changed since you looked. Look at them again."
            raise ValidationError(msg)
        rows = desk.assessment.answers.in_bulk([desk.answers[o.key] for o in lines])
        looks = [
            Check(
                review=desk.review,
                answer=rows[desk.answers[line.key]],
                version=rows[desk.answers[line.key]].version,
                seen=seen_of(line),
                result=CheckResult.ACCEPTED,
                at=timezone.now(),
                by=by,
            )
            for line in lines
        ]
        inserted(Check.objects.bulk_create(looks, batch_size=500))
        trail.record_together(
            by=by,
            organisation_id=assessment.organisation_id,
            scope_id=assessment.pk,
            entries=[
                trail.Entry(
                    look.answer,
                    ANSWER_ACCEPTED,
                    after={"seen": look.seen, "review": desk.review.pk},
                )
                for look in looks
            ],
        )
    return len(looks)


def _second(by: User, answer: Answer) -> None:
    """Accepting the "not applicable" of someone else is the confirmation that it needs."""
    done = confirm_na(
        by=by,
        organisation=answer.assessment.organisation,
        seen={answer.pk: Known(answer.version)},
    )
    if done.refused:
        raise ValidationError(done.refused)


def _same(look: Check) -> Check | None:
    """The last look at the answer, when it was this very one."""
    last = Check.objects.filter(review=look.review, answer=look.answer).last()
    names = ("by_id", "seen", "result", "reason")
    if last and all(getattr(last, name) == getattr(look, name) for name in names):
        return last
    return None
