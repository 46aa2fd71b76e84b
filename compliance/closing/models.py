"""The archive of a whole organisation: a file that its owners may take away."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from compliance.audit.columns import JOB, Proven
from compliance.bundles.models import PackageStatus
from compliance.organisations.models import Organisation, User


class Archive(models.Model):
    """All of an organisation as one file; every owner sees it, and it goes after some days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="archives"
    )
    status = models.CharField(
        max_length=10, choices=PackageStatus.choices, default=PackageStatus.WAITING
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    step = models.CharField(max_length=80, blank=True)
    done_percent = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)

    in_trail = Proven("organisation_id", excused=JOB)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(status="waiting"),
                name="archive_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="done")
                | ~Q(sha256="")
                & Q(size_bytes__isnull=False, finished_at__isnull=False),
                name="archive_done_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"archive of {self.organisation_id}, {self.asked_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("closing:archive", args=[self.organisation.slug, self.pk])

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be made of it."""
        return self.status != PackageStatus.WAITING

    @property
    def gone_at(self) -> datetime:
        """When its file goes."""
        kept = timedelta(days=settings.ARCHIVE_DAYS)
        return (self.finished_at or self.asked_at) + kept

    @property
    def is_there(self) -> bool:
        """Whether its file may be taken away."""
        return self.status == PackageStatus.DONE and timezone.now() < self.gone_at

    @property
    def file_name(self) -> str:
        """The name of the file when it is sent."""
        return f"attest-{self.organisation.slug}-{self.finished_at:%Y-%m-%d}.zip"
