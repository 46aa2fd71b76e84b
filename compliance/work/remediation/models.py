"""The order of actions: one waits for another."""

from django.db import models
from django.db.models import F, Q

from compliance.proof.audit.columns import Proven
from compliance.work.assessments.models import Action


class ActionWait(models.Model):
    """An action waits until another one of the organisation is closed."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="waits")
    waits_for = models.ForeignKey(Action, models.PROTECT, related_name="held_up")

    in_trail = Proven("action__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "waits_for"], name="action_wait_once"),
            models.CheckConstraint(condition=~Q(action=F("waits_for")), name="action_waits_for_another"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} waits for {self.waits_for_id}"
