"""Work that waits for a reviewer of an organisation, or for a second person."""

from django.db.models import OuterRef, QuerySet, Subquery

from compliance.assurance.reviews.choices import ReviewEnd
from compliance.assurance.reviews.models import Reopening, Review
from compliance.identity.organisations.models import Organisation, User
from compliance.work.assessments.choices import AssessmentStatus
from compliance.work.assessments.imported_answers import own


def to_review(organisation: Organisation, user: User) -> QuerySet[Review]:
    """Reviews that go on and that someone else sent, oldest first."""
    rows = Review.objects.filter(
        ended="",
        assessment__organisation=organisation,
        assessment__status=AssessmentStatus.REVIEW,
    ).exclude(sent_by=user)
    return _joined(rows.select_related("sent_by")).order_by("sent_at")


def returned(organisation: Organisation, user: User) -> QuerySet[Review]:
    """Reviews that someone else returned and that nobody sent again, oldest first."""
    newest = Review.objects.filter(assessment=OuterRef("assessment"))
    rows = Review.objects.filter(
        pk=Subquery(newest.order_by("-sent_at", "-pk").values("pk")[:1]),
        ended=ReviewEnd.RETURNED,
        assessment__organisation=organisation,
        assessment__status=AssessmentStatus.RUNNING,
    ).exclude(ended_by=user)
    return _joined(rows.select_related("ended_by")).order_by("ended_at")


def to_reopen(organisation: Organisation, user: User) -> QuerySet[Reopening]:
    """Requests to reopen that someone else made and nobody decided, oldest first."""
    rows = Reopening.objects.filter(decision="", assessment__organisation=organisation).exclude(
        own(user, "asked_by", "assessment")
    )
    return _joined(rows.select_related("asked_by")).order_by("asked_at")


def _joined(rows: QuerySet) -> QuerySet:
    joined = rows.select_related("assessment__organisation", "assessment__edition__checklist")
    return joined.defer("assessment__edition__extra")
