"""Comments on answers."""

from django.db import models
from django.db.models import Q

from compliance.ground.web.text import validate_text
from compliance.identity.organisations.models import User
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.models.answer import Answer


class Comment(models.Model):
    """Something said about an answer; resolved when it needs nobody any more."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(validators=[validate_text])
    written_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    in_trail = Proven("answer__assessment__organisation_id")

    class Meta:
        ordering = ["written_at", "pk"]
        indexes = [models.Index(fields=["answer", "written_at"], name="comment_order")]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """A person who is named in a comment."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, models.PROTECT, related_name="mentions")

    in_trail = Proven("comment__answer__assessment__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "user"], name="mention_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.comment_id}"
