"""Reports: what was asked for, how far it is, and the file it became."""

import hashlib
import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from compliance.assessments.models import Assessment
from compliance.audit.columns import JOB, Proven
from compliance.bundles.models import Package
from compliance.organisations.models import Organisation, User
from compliance.reports.choices import Extract, ReportKind
from compliance.reports.colours import LEAST, contrast, is_colour
from compliance.reports.kinds import ReportOptions
from compliance.reviews.models import SignOff
from compliance.seats.models import Seat
from compliance.web.own_languages import OwnLanguage
from compliance.web.text import validate_line


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
    """A report of an assessment as it stood when it was asked for.

    With a ``signoff`` it tells what was signed, with ``as_of_seq`` what was said right
    after that event of the trail. With a ``package`` it is made for that audit pack, with
    a ``seat`` it is the working paper of that auditor.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField()
    kind = models.CharField(
        max_length=20, choices=ReportKind.choices, default=ReportKind.FULL
    )
    language = models.CharField(
        max_length=5, choices=OwnLanguage.choices, default=OwnLanguage.ENGLISH
    )
    extract = models.CharField(max_length=20, choices=Extract.choices, blank=True)
    clauses = models.BooleanField(default=False)
    """Whether an annex tells which clauses of other frameworks its answers help to show."""
    seat = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="reports")
    """That of the auditor whose working paper it is."""
    signoff = models.ForeignKey(
        SignOff, models.PROTECT, null=True, related_name="reports"
    )
    as_of_seq = models.PositiveBigIntegerField(null=True)
    package = models.ForeignKey(
        Package, models.PROTECT, null=True, related_name="reports"
    )
    status = models.CharField(
        max_length=20, choices=ReportStatus.choices, default=ReportStatus.WAITING
    )
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
            models.UniqueConstraint(
                fields=["assessment", "number"], name="report_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="done")
                | ~Q(sha256="")
                & Q(size_bytes__isnull=False, finished_at__isnull=False),
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
                violation_error_message=(
                    "A working paper is asked for on the page of an auditor's seat."
                ),
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
        return ReportOptions(
            self.kind, self.language, self.extract, self.clauses, self.seat_id
        )

    @property
    def file_name(self) -> str:
        """The name of the file when it is sent."""
        return f"attest-{self.kind}-{self.number}-{self.sha256[:8]}.pdf"


def validate_colour(text: str) -> None:
    """Refuse a colour on which white text, or which on white, is hard to read."""
    if not is_colour(text):
        raise ValidationError("Give a colour as #1b2b45: six digits from 0 to f.")
    if contrast(text) < LEAST:
        msg = (
            f"White text on this colour has a contrast of {contrast(text):.1f} to 1;"
            f" {LEAST} to 1 is needed. Choose a darker one."
        )
        raise ValidationError(msg)


class Letterhead(models.Model):
    """The organisation's own look of its reports: no part of what anybody signs.

    ``mark`` stands in the place of "Confidential", ``footer`` at the foot of the cover;
    ``logo`` is a PNG in base64, as the sandbox wrote it.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="letterhead"
    )
    colour = models.CharField(max_length=7, default="#1b2b45")
    mark = models.CharField(max_length=40, blank=True, validators=[validate_line])
    footer = models.CharField(max_length=160, blank=True, validators=[validate_line])
    logo = models.TextField(blank=True)

    in_trail = Proven("organisation_id")

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.colour}"

    def clean(self) -> None:
        try:
            validate_colour(self.colour)
        except ValidationError as error:
            raise ValidationError({"colour": error}) from error

    @property
    def told(self) -> dict[str, str]:
        """The values as an event names them: of the picture its SHA-256."""
        logo = hashlib.sha256(self.logo.encode()).hexdigest() if self.logo else ""
        return {
            "colour": self.colour,
            "mark": self.mark,
            "footer": self.footer,
            "logo": logo,
        }

    @property
    def version(self) -> str:
        """Changes with every value: by it a page tells that it is still right."""
        return hashlib.sha256(repr(sorted(self.told.items())).encode()).hexdigest()


def reports_of(organisation: Organisation) -> ReportQuerySet:
    """The reports of an organisation, newest first, joined for a page."""
    return Report.objects.of(organisation).for_page()
