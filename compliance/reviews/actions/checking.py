"""A reviewer looks at one answer: accepts it, or returns it with a reason."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from compliance.assessments.actions import confirm_na
from compliance.assessments.actions.holding import hold_open
from compliance.assessments.choices import AssessmentStatus
from compliance.assessments.models import Answer, Assessment
from compliance.assessments.versions import Known
from compliance.audit import trail
from compliance.organisations.models import User
from compliance.reviews.actions.holding import clean_typed
from compliance.reviews.checks import seen_of
from compliance.reviews.choices import CheckResult
from compliance.reviews.hands import hands_of
from compliance.reviews.models import Check, Review
from compliance.reviews.snapshot import line_of, to_read
from compliance.web.turns import in_turn


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
    ``ValidationError``. Who accepts "not applicable" is its second person, too. A foreign id raises ``Answer.DoesNotExist``. A later look takes
    the place of an earlier one; the same look twice is one.
    """
    with in_turn(), transaction.atomic():
        hold_open(assessment.pk)
        here = to_read(assessment.pk)
        rows = Answer.objects.select_related("question", "assessment__organisation")
        answer = rows.get(pk=answer_id, assessment=here)
        review = Review.objects.filter(assessment=here, ended="").first()
        if here.status != AssessmentStatus.REVIEW or review is None:
            msg = "This assessment is not in review."
            raise ValidationError(msg)
        key = answer.question.key
        if seen != seen_of(line_of(here, answer_id)):
            raise ValidationError(f"{key} has changed since you looked. Read it again.")
        if by.pk in hands_of(here, answer):
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
            action=f"answer.{result}",
            subject=answer,
            scope_id=here.pk,
            after={"seen": seen, "review": review.pk}
            | ({"text": look.reason} if look.reason else {}),
        )
    return look


def _second(by: User, answer: Answer) -> None:
    """Who accepts "not applicable" of somebody else is the second person it takes."""
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
    told = ("by_id", "seen", "result", "reason")
    if last and all(getattr(last, name) == getattr(look, name) for name in told):
        return last
    return None
