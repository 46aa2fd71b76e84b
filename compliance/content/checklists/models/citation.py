"""Citations: the provisions that questions rest on."""

from django.db import models

from compliance.content.legal_index.models import Provision
from compliance.proof.audit.columns import Proven


class Citation(models.Model):
    """A question rests on a provision."""

    question = models.ForeignKey("compliance.Question", models.CASCADE, related_name="citations")
    provision = models.ForeignKey(Provision, models.PROTECT, related_name="citations")
    position = models.PositiveIntegerField()

    in_trail = Proven("question__edition__checklist__organisation_id")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["question", "provision"], name="citation_once"),
        ]

    def __str__(self) -> str:
        return str(self.provision_id)
