"""Reports: what was asked for, how far it is, and the file it became."""

import uuid

from django.db import models
from django.db.models import Q
from django.urls import reverse

from compliance.assurance.bundles.models import Package
from compliance.assurance.reviews.models import SignOff
from compliance.assurance.seats.models import Seat
from compliance.ground.web.own_languages import OwnLanguage
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import JOB, Proven
from compliance.reporting.reports.choices import Extract, ReportKind
from compliance.reporting.reports.kinds import ReportOptions
from compliance.work.assessments.models import Assessment


class ReportStatus(models.TextChoices):
    """The life of a report job."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports with what pages show of them."""

    def of(self, organisation: Organisation) -> "ReportQuerySet":
        return self.filter(assessment__organisation=organisation)

    def for_page(self) -> "ReportQuerySet":
        return self.select_related(
            "assessment__organisation",
            "assessment__edition__checklist",
            "asked_by",
            "signoff",
            "seat__user",
        )


class Report(models.Model):
    """A report of an assessment as it stands when it is made.

    With a ``signoff`` it shows what was signed, with ``as_of_seq`` what was said right
    after that event of the trail. With a ``package`` it is made for that audit pack, with
    a ``seat`` it is the working paper of that auditor.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=ReportKind.choices, default=ReportKind.FULL)
    language = models.CharField(max_length=5, choices=OwnLanguage.choices, default=OwnLanguage.ENGLISH)
    extract = models.CharField(max_length=20, choices=Extract.choices, blank=True)
    clauses = models.BooleanField(default=False)
    """Whether an annex lists which clauses of other frameworks its answers help to show."""
    seat = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="reports")
    """That of the auditor whose working paper it is."""
    signoff = models.ForeignKey(SignOff, models.PROTECT, null=True, related_name="reports")
    as_of_seq = models.PositiveBigIntegerField(null=True)
    package = models.ForeignKey(Package, models.PROTECT, null=True, related_name="reports")
    status = models.CharField(max_length=20, choices=ReportStatus.choices, default=ReportStatus.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    step = models.CharField(max_length=80, blank=True)
    done_percent = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    sealed_with = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)
    unprinted = models.JSONField(default=dict)
    """Scripts to how many of their characters the file could not print."""

    objects = ReportQuerySet.as_manager()

    in_trail = Proven("assessment__organisation_id", excused=JOB)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="report_number_once"),
            models.CheckConstraint(
                condition=~Q(status="done")
                | ~Q(sha256="") & Q(size_bytes__isnull=False, finished_at__isnull=False),
                name="report_done_has_file",
            ),
            models.CheckConstraint(
                condition=Q(extract="") | Q(kind=ReportKind.FULL),
                name="report_extract_of_full",
                violation_error_message="Only the full report can be narrowed.",
            ),
            models.CheckConstraint(
                condition=Q(seat=None) & ~Q(kind=ReportKind.WORKING)
                | Q(seat__isnull=False, kind=ReportKind.WORKING),
                name="report_working_of_seat",
                violation_error_message=("A working paper is asked for on the page of an auditor's seat."),
            ),
            models.CheckConstraint(
                condition=Q(signoff=None) | Q(as_of_seq=None),
                name="report_of_one_state",
            ),
        ]

    def __str__(self) -> str:
        return f"Report {self.number} of {self.assessment_id}"

    def get_absolute_url(self) -> str:
        organisation = self.assessment.organisation
        return reverse("reports:detail", args=[organisation.slug, self.pk])

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status != ReportStatus.WAITING

    @property
    def state(self) -> str:
        """How far it is, in words."""
        is_begun = self.step and not self.is_over
        return "Being made" if is_begun else self.get_status_display()

    @property
    def is_done(self) -> bool:
        return self.status == ReportStatus.DONE

    @property
    def wanted(self) -> ReportOptions:
        """The request."""
        return ReportOptions(self.kind, self.language, self.extract, self.clauses, self.seat_id)

    @property
    def file_name(self) -> str:
        """The name of the file when it is sent."""
        return f"attest-{self.kind}-{self.number}-{self.sha256[:8]}.pdf"


def reports_of(organisation: Organisation) -> ReportQuerySet:
    """The reports of an organisation, newest first, joined for a page."""
    return Report.objects.of(organisation).for_page()
