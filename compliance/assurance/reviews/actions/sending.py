"""Sending an assessment for review, and giving it back."""

from collections import defaultdict
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.reviews.actions.holding import clean_typed, held, record, review_of
from compliance.assurance.reviews.choices import CheckResult, ReviewEnd
from compliance.assurance.reviews.events import ASSESSMENT_RETURNED, ASSESSMENT_SENT
from compliance.assurance.reviews.models import Check, Review
from compliance.assurance.reviews.queries import read_desk
from compliance.assurance.reviews.readiness import PREPARING, blocking
from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import User
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.actions import release_owners
from compliance.work.assessments.choices import Again, AssessmentStatus
from compliance.work.assessments.models import Answer, Assessment, Comment, Mention


def send(*, by: User, assessment: Assessment) -> Review:
    """Send a running assessment for review: from here its answers stand still.

    Refused with ``ValidationError`` while something stands in the way that only those
    who answer can put right, and when it is not running.
    """
    with writing():
        here = held(assessment.pk)
        if here.status != AssessmentStatus.RUNNING:
            msg = f"This assessment is {here.closed_word}: it cannot be sent."
            raise ValidationError(msg)
        desk = read_desk(here)
        found = desk.points(None)
        if left := [one.title for one in blocking(found) if one.about in PREPARING]:
            raise ValidationError(left)
        review = Review.objects.create(
            assessment=here,
            revision=here.revision,
            sent_at=timezone.now(),
            sent_by=by,
        )
        here.status = AssessmentStatus.REVIEW
        here.save(update_fields=["status"])
        fields = {"status": here.status, "content_hash": desk.content.content_hash}
        record(by, here, ASSESSMENT_SENT, {"status": "running"}, fields)
    return review


def return_for_changes(*, by: User, assessment: Assessment, said: str = "") -> list[str]:
    """Give an assessment in review back to those who answer; the keys returned.

    Each returned answer asks to be looked at again; its reason becomes a comment that
    mentions its owner and whoever answered last, who also get a mail. Without one,
    ``said`` has to say why. Raises ``ValidationError``.
    """
    with writing():
        here = held(assessment.pk)
        review = review_of(here)
        returned = _returned(review)
        if not returned and not said.strip():
            msg = "Say what has to change, or return a question with its reason first."
            raise ValidationError({"said": msg})
        review.said = said
        clean_typed(review, "said")
        _hand_over(by, returned)
        keys = [look.answer.question.key for look in returned]
        _end(review, by, ReviewEnd.RETURNED)
        here.status = AssessmentStatus.RUNNING
        here.save(update_fields=["status"])
        fields = {"status": here.status, "returned": keys, "said": said}
        record(by, here, ASSESSMENT_RETURNED, {"status": "review"}, fields)
        release_owners(by=by, assessment=here)
    return keys


def _end(review: Review, by: User, how: ReviewEnd) -> None:
    review.ended, review.ended_at, review.ended_by = how, timezone.now(), by
    review.save(update_fields=["ended", "ended_at", "ended_by", "said"])


def _returned(review: Review) -> list[Check]:
    """The last look at each answer in a review, where it returned it."""
    rows = review.checks.select_related(
        "by",
        "answer__question",
        "answer__owner",
        "answer__answered_by",
        "answer__assessment__organisation",
        "answer__assessment__edition__checklist",
    )
    last = {row.answer_id: row for row in rows.order_by("pk")}
    returned = [row for row in last.values() if row.result == CheckResult.RETURNED]
    return sorted(returned, key=lambda row: row.answer.question.position)


def _hand_over(by: User, returned: Sequence[Check]) -> None:
    """Mark the answers, say why beside each, and send each of their people one mail.

    An answer that was carried or imported may be of someone who may not read here.
    """
    recipients: defaultdict[User, list[Check]] = defaultdict(list)
    readers: set[User] = set()
    if returned:
        organisation = returned[0].answer.assessment.organisation
        readers.update(who_may(organisation, Permission.VIEW))
    for look in returned:
        answer = look.answer
        text = f"Returned: {look.reason}"
        comment = Comment.objects.create(answer=answer, author=look.by, text=text)
        people = readers & {answer.owner, answer.answered_by} - {look.by}
        for person in sorted(people, key=lambda one: one.pk):
            Mention.objects.create(comment=comment, user=person)
            if person != by:
                recipients[person].append(look)
    ids = [look.answer_id for look in returned]
    Answer.objects.filter(pk__in=ids).update(again=Again.RETURNED)
    for person, looks in recipients.items():
        _mail(by, person, looks)


def _mail(by: User, person: User, looks: Sequence[Check]) -> None:
    """Say which questions were returned and where; why stands beside each."""
    assessment = looks[0].answer.assessment
    count = len(looks)
    queue_mail(
        organisation_id=assessment.organisation_id,
        to=person.email,
        subject=f"{count} of your answers came back from review"
        if count > 1
        else "One of your answers came back from review",
        template="returned",
        context={
            "by": by,
            "assessment": assessment,
            "questions": [look.answer.question for look in looks],
            "link": absolute(f"{assessment.get_absolute_url()}?show=confirm-again"),
        },
    )
