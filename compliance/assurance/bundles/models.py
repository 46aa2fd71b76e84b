"""Files that Attest makes for one person to download: bundles and audit packs."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import JOB, Proven
from compliance.work.assessments.models import Assessment

KEPT_FOR = timedelta(hours=24)
"""How long a file lies there (safety.md, T5)."""


class PackageKind(models.TextChoices):
    """The purpose of a file."""

    BUNDLE = "bundle", "Bundle"
    PACK = "pack", "Audit pack"


class PackageStatus(models.TextChoices):
    """The life of a job."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class MadeFile(models.Model):
    """A file that the worker makes for download, and that expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=10, choices=PackageStatus.choices, default=PackageStatus.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    step = models.CharField(max_length=80, blank=True)
    done_percent = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)

    class Meta:
        abstract = True
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="done")
                | ~Q(sha256="") & Q(size_bytes__isnull=False, finished_at__isnull=False),
                name="%(class)s_done_has_file",
            ),
        ]

    @classmethod
    def kept_for(cls) -> timedelta:
        """How long such a file is kept after it is made."""
        raise NotImplementedError

    @property
    def file_name(self) -> str:
        """The name of the file when it is sent."""
        raise NotImplementedError

    @property
    def is_over(self) -> bool:
        """Whether the job has ended: done, failed or cancelled."""
        return self.status != PackageStatus.WAITING

    @property
    def gone_at(self) -> datetime:
        """When its file expires."""
        return (self.finished_at or self.asked_at) + self.kept_for()

    @property
    def is_there(self) -> bool:
        """Whether its file can be downloaded."""
        return self.status == PackageStatus.DONE and timezone.now() < self.gone_at


class Package(MadeFile):
    """A file that someone asked for; nobody else sees it, and it expires after a day."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="packages")
    kind = models.CharField(max_length=10, choices=PackageKind.choices)
    content_hash = models.CharField(max_length=64, blank=True)

    in_trail = Proven("assessment__organisation_id", excused=JOB)

    class Meta(MadeFile.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.assessment_id}"

    def get_absolute_url(self) -> str:
        organisation = self.assessment.organisation
        return reverse("exports:package", args=[organisation.slug, self.pk])

    @classmethod
    def kept_for(cls) -> timedelta:
        """A day (safety.md, T5)."""
        return KEPT_FOR

    @property
    def file_name(self) -> str:
        """The name of the file when it is sent."""
        stem = "audit-pack" if self.kind == PackageKind.PACK else "bundle"
        return f"attest-{stem}-{self.content_hash[:8]}.zip"


def packages_of(organisation: Organisation, person: User) -> models.QuerySet[Package]:
    """Files that a person asked for in an organisation, newest first, joined for a page."""
    return Package.objects.filter(assessment__organisation=organisation, asked_by=person).select_related(
        "assessment__organisation", "assessment__edition__checklist", "asked_by"
    )
