"""Notices about the content: its sources, and points left open."""

from django.db import models
from django.db.models import Q

from compliance.content.checklists.choices import NoticeKind
from compliance.proof.audit.columns import Proven


class Notice(models.Model):
    """A source with its terms, or a point that could not be settled when it was checked."""

    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    title = models.CharField(max_length=120)
    text = models.TextField()
    url = models.URLField(max_length=300, blank=True)
    checked_on = models.DateField(null=True)
    position = models.PositiveIntegerField()

    in_trail = Proven("")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "title"], name="notice_once"),
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.OPEN) | Q(checked_on__isnull=False),
                name="notice_open_has_date",
                violation_error_message="Say on which day the open point was checked.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
