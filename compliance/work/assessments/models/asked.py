"""Questions that wait for someone who was invited."""

from django.db import models

from compliance.identity.organisations.models import Invitation
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.models.answer import Answer


class Asked(models.Model):
    """A question that is asked of an address: its person's own when they come.

    It goes with the invitation. Someone who owns the question by then keeps it.
    """

    answer = models.OneToOneField(Answer, models.CASCADE, related_name="asked")
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="asked")

    in_trail = Proven("answer__assessment__organisation_id")

    def __str__(self) -> str:
        return f"{self.answer_id} of {self.invitation_id}"
