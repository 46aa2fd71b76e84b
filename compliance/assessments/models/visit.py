"""Viewers of an assessment: how far they have seen it, and how they like to see it."""

from django.db import models

from compliance.assessments.models.answer import Answer
from compliance.assessments.models.assessment import Assessment
from compliance.audit.columns import Unproven
from compliance.organisations.models import User
from compliance.web.text import validate_line


class Visit(models.Model):
    """How far along the trail a person has seen an assessment."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="visits")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    seen_seq = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()

    in_trail = Unproven("who looked until where; only marks of news rest on it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "user"], name="visit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.assessment_id} up to {self.seen_seq}"


class Presence(models.Model):
    """That a person has an assessment open, and the row they are in."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    answer = models.ForeignKey(Answer, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()

    in_trail = Unproven("who is there now; nothing rests on it")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "user"], name="presence_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.assessment_id}"


class SavedView(models.Model):
    """A filter and a search of an assessment under a name of one's own."""

    assessment = models.ForeignKey(
        Assessment, models.CASCADE, related_name="saved_views"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60, validators=[validate_line])
    address = models.CharField(max_length=600)
    is_shared = models.BooleanField(default=False)

    in_trail = Unproven("a view that someone saved; it changes nothing")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "user", "name"],
                name="saved_view_once",
                violation_error_message="You have a view of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
