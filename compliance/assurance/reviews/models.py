"""Rows of reviews: what was sent, checked, signed and opened again.

The database refuses to change them later (``guards``): only a review that goes on
and a reopening that waits may still end.
"""

from django.db import models
from django.db.models import F, Q

from compliance.assurance.reviews.choices import CheckResult, Decision, ReviewEnd
from compliance.ground.web.text import validate_line, validate_text
from compliance.identity.organisations.models import User
from compliance.proof.audit.columns import Compared, Proven
from compliance.work.assessments.models import Answer, Assessment
from compliance.work.snapshots.models import Snapshot


class Review(models.Model):
    """One time that an assessment was sent for review, until it was returned or signed."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="reviews")
    revision = models.PositiveIntegerField()
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended = models.CharField(max_length=10, choices=ReviewEnd.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    said = models.TextField(blank=True, validators=[validate_text])

    in_trail = Proven("assessment__organisation_id")

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment"],
                condition=Q(ended=""),
                name="review_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended="", ended_at=None, ended_by=None)
                | ~Q(ended="") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="review_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.assessment_id}, revision {self.revision}"


class Check(models.Model):
    """A reviewer looked at one answer, as it said ``seen`` (``checks.seen_of``)."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="checks")
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="checks")
    version = models.PositiveIntegerField()
    seen = models.CharField(max_length=64)
    result = models.CharField(max_length=10, choices=CheckResult.choices)
    reason = models.TextField(blank=True, validators=[validate_text])
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    in_trail = Proven("review__assessment__organisation_id")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(result=CheckResult.RETURNED) | ~Q(reason=""),
                name="check_returned_has_reason",
                violation_error_message="Say what has to change.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.result}"


class SignOff(models.Model):
    """Someone put their name to what an assessment said.

    ``trail_seq`` and ``trail_hash`` are the event of the trail that records it.
    ``signer`` is the name at that time; ``role`` is what the signer calls it.
    """

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="signoffs")
    revision = models.PositiveIntegerField()
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="signoffs")
    stood_at = models.DateTimeField()
    statement = models.TextField()
    reservations = models.TextField(blank=True, validators=[validate_text])
    role = models.CharField(max_length=120, validators=[validate_line])
    signer = models.CharField(max_length=200)
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    method = models.CharField(max_length=20)
    trail_seq = models.PositiveBigIntegerField()
    trail_hash = models.CharField(max_length=64)

    in_trail = Compared(
        "it holds the hash of its own event, which is compared with each column but"
        " its `id`, on which nothing rests"
    )

    class Meta:
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "revision"], name="signoff_once_a_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.signer}, revision {self.revision}"


class Reopening(models.Model):
    """A signed assessment is to be opened again: asked by one, decided by another.

    ``changed`` names what had changed since the signature when it was decided.
    """

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="reopenings")
    revision = models.PositiveIntegerField()
    reason = models.TextField(validators=[validate_text])
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    changed = models.JSONField(default=list)

    in_trail = Proven("assessment__organisation_id")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment"],
                condition=Q(decision=""),
                name="reopening_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | ~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="reopening_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.APPROVED) | ~Q(decided_by=F("asked_by")),
                name="reopening_by_two",
                violation_error_message="A second person approves the reopening.",
            ),
        ]

    def __str__(self) -> str:
        return f"Reopening of {self.assessment_id}, revision {self.revision}"
