"""Evidence: what proves an answer."""

import uuid
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.urls import reverse

from compliance.content.evidence.choices import Show
from compliance.content.evidence.filetypes import label_of
from compliance.content.evidence.periods import period_in_words
from compliance.ground.web.spelling import having
from compliance.ground.web.text import validate_line
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Proven, Unproven

KEPT = timedelta(days=1)
"""How long an upload waits for its next bytes."""
SOON_DAYS = 30
"""How long before its end a piece of evidence counts as running out."""


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Evidence by what is true of it on a day."""

    def newest_first(self) -> "EvidenceQuerySet":
        return self.select_related("added_by").order_by("-added_at", "title", "pk")

    def current(self) -> "EvidenceQuerySet":
        """Those that no newer version stands beside."""
        return self.filter(replaced_by=None)

    def with_use(self) -> "EvidenceQuerySet":
        """Adds ``used_count``, the answers it is used in, and ``has_gap``."""
        each = Evidence.objects.filter(pk=OuterRef("pk")).order_by()
        counts = each.annotate(count=Count("attachments")).values("count")
        return self.annotate(used_count=Subquery(counts), has_gap=Exists(_gaps()))

    def links_of_chains(self) -> list[tuple[uuid.UUID, uuid.UUID]]:
        """Every new version with the old one that it replaces."""
        newer = self.exclude(replaces=None).order_by()
        return list(newer.values_list("pk", "replaces_id"))

    def shown(self, show: str, today: date) -> "EvidenceQuerySet":
        """Those of one filter above the library."""
        return self.filter(_filters(today)[show])

    def counts(self, today: date) -> dict[str, int]:
        """How many each filter shows, in one query."""
        return self.aggregate(
            **{show: Count("pk", filter=condition or None) for show, condition in _filters(today).items()}
        )

    def matching(self, query: str) -> "EvidenceQuerySet":
        """Those with a text in title, file name or link, or a hash that begins so."""
        is_hash = Q(sha256__startswith=query.replace(" ", "").lower())
        return self.filter(is_hash | having(query, "title", "file_name", "url"))

    def same_file_as(self, evidence: "Evidence") -> "EvidenceQuerySet":
        """Others in the same organisation with the same bytes; a link has none."""
        if not evidence.is_file:
            return self.none()
        return self.filter(organisation=evidence.organisation_id, sha256=evidence.sha256).exclude(
            pk=evidence.pk
        )


def _gaps() -> models.QuerySet["Evidence"]:
    """The row itself, when a running assessment that it is used in lasts longer.

    Rooms above are reached by the names of their relations only.
    """
    here = Evidence.objects.filter(pk=OuterRef("pk")).order_by()
    began = Q(covers_from__gt=F("attachments__answer__assessment__period_from"))
    ended = Q(covers_to__lt=F("attachments__answer__assessment__period_to"))
    return here.filter(
        began | ended,
        attachments__answer__applies=True,
        attachments__answer__archived_at=None,
        attachments__answer__assessment__status="running",
    )


def _filters(today: date) -> dict[str, Q]:
    soon = today + timedelta(days=SOON_DAYS)
    current = Q(replaced_by=None)
    used = Evidence.objects.filter(pk=OuterRef("pk"), attachments__isnull=False)
    return {
        Show.ALL.value: current,
        Show.ENDING.value: current & Q(expires_on__gte=today, expires_on__lte=soon),
        Show.EXPIRED.value: current & Q(expires_on__lt=today),
        Show.GAP.value: current & Q(Exists(_gaps())),
        Show.UNUSED.value: current & Q(~Exists(used.order_by())),
        Show.FILES.value: current & ~Q(sha256=""),
        Show.LINKS.value: current & ~Q(url=""),
        Show.OLDER.value: ~current,
    }


class Evidence(models.Model):
    """A file or a link, with the four dates that are never mixed.

    The date of the document, the period it covers, the moment it was received
    (``added_at``) and the day it runs out. A file is kept under its SHA-256. A new
    version stands beside the one that it ``replaces``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="evidence")
    title = models.CharField(max_length=200, validators=[validate_line])
    url = models.URLField(max_length=1000, blank=True)
    file_name = models.CharField(max_length=200, blank=True, validators=[validate_line])
    media_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    document_on = models.DateField(null=True, blank=True)
    covers_from = models.DateField(null=True, blank=True)
    covers_to = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    added_at = models.DateTimeField(auto_now_add=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    used_count: int
    has_gap: bool

    in_trail = Proven("organisation_id")

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=Q(url="") & ~Q(sha256="") & Q(size_bytes__isnull=False)
                | ~Q(url="") & Q(sha256="", file_name="", size_bytes=None),
                name="evidence_file_or_link",
                violation_error_message="Evidence is a file or a link, not both.",
            ),
            models.CheckConstraint(
                condition=Q(covers_from=None) | Q(covers_to=None) | Q(covers_to__gte=F("covers_from")),
                name="evidence_period_ordered",
                violation_error_message="The period ends before it begins.",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-added_at"], name="evidence_newest"),
            models.Index(fields=["organisation", "expires_on"], name="evidence_expiring"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence:detail", args=[self.organisation.slug, self.pk])

    @property
    def is_file(self) -> bool:
        return bool(self.sha256)

    @property
    def kind(self) -> str:
        """ "PDF", "Spreadsheet", "Link": what people call it."""
        return label_of(self.media_type) if self.is_file else "Link"

    @property
    def period(self) -> str:
        """The period that it covers, as short as it can be said; "" without one."""
        return period_in_words(self.covers_from, self.covers_to)

    @property
    def icon(self) -> str:
        """The name of its icon."""
        if not self.is_file:
            return "link"
        icons = {"Picture": "photo", "Spreadsheet": "file-spreadsheet"}
        return icons.get(self.kind, "file-text")

    @property
    def hash_groups(self) -> list[str]:
        """The hash in eight groups of eight, as people compare it."""
        return [self.sha256[at : at + 8] for at in range(0, len(self.sha256), 8)]

    @property
    def twin(self) -> "Evidence | None":
        """The first piece that the organisation kept of the same bytes before it."""
        rows = Evidence.objects.same_file_as(self).filter(added_at__lt=self.added_at)
        return rows.select_related("organisation").order_by("added_at", "pk").first()

    def days_left(self, today: date) -> int | None:
        """Days until it has run out, negative afterwards; None when it never does."""
        return (self.expires_on - today).days if self.expires_on else None


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads by whether they go on."""

    def standing(self, now: datetime) -> "UploadQuerySet":
        """Those that wait for bytes, or to be finished."""
        return self.filter(evidence=None, touched_at__gt=now - KEPT)

    def over(self, now: datetime) -> "UploadQuerySet":
        """Those that nobody can go on with, finished or not."""
        return self.filter(touched_at__lte=now - KEPT)


class Upload(models.Model):
    """A file that a program sends in pieces, until it is a piece of evidence.

    ``pieces`` names the files that hold its first ``offset`` bytes, in their order; each was
    kept before it was counted here. ``evidence`` is what became of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="uploads")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    pieces = models.JSONField(default=list)
    evidence = models.ForeignKey(Evidence, models.CASCADE, null=True, blank=True, related_name="+")
    touched_at = models.DateTimeField(db_index=True)

    objects = UploadQuerySet.as_manager()

    in_trail = Unproven(
        "bytes that wait a day for the rest of their file; what becomes of them is evidence,"
        " with its own event"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(offset__lte=F("length")), name="upload_within_length"),
        ]

    def __str__(self) -> str:
        return f"{self.offset} of {self.length} bytes"

    @property
    def ends_at(self) -> datetime:
        """When it is dropped, unless more of it comes."""
        return self.touched_at + KEPT
