"""The archive of a whole organisation: a file that its owners may download."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.bundles.models import MadeFile
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.columns import JOB, Proven


class Archive(MadeFile):
    """All of an organisation as one file; every owner sees it, and Attest deletes it after days."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="archives")

    in_trail = Proven("organisation_id", excused=JOB)

    class Meta(MadeFile.Meta):
        constraints = [
            *MadeFile.Meta.constraints,
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(status="waiting"),
                name="archive_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"archive of {self.organisation_id}, {self.asked_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("closing:archive", args=[self.organisation.slug, self.pk])

    @classmethod
    def kept_for(cls) -> timedelta:
        """The days that the installation's settings give."""
        return timedelta(days=settings.ARCHIVE_DAYS)

    @property
    def file_name(self) -> str:
        """The name of the file when it is sent."""
        day = timezone.localdate(self.finished_at)
        return f"attest-{self.organisation.slug}-{day}.zip"
