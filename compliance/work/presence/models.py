"""People in an assessment: who has it open now, and how far each has seen it."""

from django.db import models

from compliance.identity.organisations.models import User
from compliance.proof.audit.columns import Unproven
from compliance.work.assessments.models import Answer, Assessment


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
            models.UniqueConstraint(fields=["assessment", "user"], name="presence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.assessment_id}"
