"""Views of an assessment that people keep."""

from django.db import models

from compliance.ground.web.text import validate_line
from compliance.identity.organisations.models import User
from compliance.proof.audit.columns import Unproven
from compliance.work.assessments.models import Assessment


class SavedView(models.Model):
    """A filter and a search of an assessment under a name of one's own."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="saved_views")
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
