"""Things that people put away from "Needs you"."""

from django.db import models

from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Unproven


class PutAway(models.Model):
    """Something that a person does not want to see among their work until a day.

    ``thing`` is ``Need.thing``, ``stands`` how it stood then: once that differs, or the day
    has come, it is among the work again and the row says nothing any more.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    thing = models.CharField(max_length=80)
    stands = models.CharField(max_length=200)
    until = models.DateField()

    in_trail = Unproven("what a person does not want to see before a day; it changes nothing of the thing")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "thing"], name="put_away_once"),
        ]

    def __str__(self) -> str:
        return f"{self.thing} until {self.until}"
