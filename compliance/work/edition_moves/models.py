"""A running assessment moves to another edition of its checklist."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from compliance.content.checklists.models import Edition
from compliance.identity.organisations.models import User
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.models import Assessment

UNDO_FOR = timedelta(days=14)
"""How long a move can be undone (ui.md, "New edition")."""


class Upgrade(models.Model):
    """One move. The values that its undo needs are in the trail.

    ``since_seq`` is the number of the newest event before the move, ``until_seq`` that of
    the newest one when it was done.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="upgrades")
    from_edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    to_edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    since_seq = models.PositiveBigIntegerField()
    until_seq = models.PositiveBigIntegerField(default=0)
    moved_at = models.DateTimeField()
    moved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    in_trail = Proven("assessment__organisation_id")

    class Meta:
        ordering = ["-moved_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_edition=F("to_edition")), name="upgrade_moves"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="upgrade_undone_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_edition.number} to {self.to_edition.number}"

    @property
    def undo_until(self) -> datetime:
        return self.moved_at + UNDO_FOR
