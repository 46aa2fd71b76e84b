"""Themes, checklists and their editions."""

import re

from django.db import models
from django.db.models import Q

from compliance.content.checklists.choices import UNPUBLISHED, EditionStatus
from compliance.content.checklists.limits import MOST_NUMBER
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Proven


class Theme(models.Model):
    """How checklists are grouped."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField()

    in_trail = Proven("")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Checklist(models.Model):
    """A named list that editors keep; without an organisation it is for everyone.

    ``cloned_from`` is the edition of the library that an own checklist was taken from,
    or was last updated from.
    """

    key = models.SlugField(max_length=60)
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="checklists")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="checklists")
    title = models.CharField(max_length=120)
    summary = models.TextField()
    cloned_from = models.ForeignKey("compliance.Edition", models.PROTECT, null=True, related_name="clones")

    in_trail = Proven("organisation_id")

    class Meta:
        ordering = ["theme__position", "title"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="checklist_key_once"),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(organisation=None),
                name="checklist_library_key_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def initials(self) -> str:
        """At most two letters that stand for its title."""
        words = re.findall(r"\w+", self.title)
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def line(self) -> str:
        """The first sentence of its summary: what it is about."""
        return self._sentences[0]

    @property
    def more(self) -> str:
        """The rest of the summary, such as fines."""
        return " ".join(self._sentences[1:])

    @property
    def _sentences(self) -> list[str]:
        return re.split(r"(?<=\.)\s+(?=[A-Z])", self.summary.strip())


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions by state and reach."""

    def published(self) -> "EditionQuerySet":
        return self.filter(status=EditionStatus.PUBLISHED)

    def open_to(self, organisation: Organisation) -> "EditionQuerySet":
        """Of the library and of the organisation itself."""
        return self.filter(Q(checklist__organisation=None) | Q(checklist__organisation=organisation))

    def for_page(self) -> "EditionQuerySet":
        """Without ``extra``, which may have megabytes; it is read when asked for."""
        rows = self.select_related("checklist__theme").defer("extra")
        return rows.order_by("checklist__theme__position", "checklist__title", "-published_at")


class Edition(models.Model):
    """One state of a checklist. Published is frozen, here and by trigger.

    ``extra`` keeps what an imported file said of it and no field holds. ``language`` is
    the one it is written in, ``translations`` has the others (``translations.py``).
    ``gates`` turn duties off or move their days (``gates.py``), ``essentials`` are what a
    small organisation begins with (``essentials.py``), ``scales`` read answers as levels
    (``scales.py``), ``replaces`` which questions take the place of earlier ones
    (``succession.py``), ``organisations`` are
    examples with what the law asks of them (``simulator.py``).
    ``based_on`` is
    the edition that a draft was copied from, ``version`` counts changes of its head.
    ``sent_by`` sent it to review at ``sent_at``: until it is sent back nothing of it
    changes, and someone else publishes it.
    """

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="editions")
    number = models.CharField(max_length=MOST_NUMBER)
    status = models.CharField(max_length=20, choices=EditionStatus.choices, default=EditionStatus.DRAFT)
    law_as_of = models.DateField()
    release_notes = models.TextField()
    subject_label = models.CharField(max_length=120)
    subject_help = models.TextField(blank=True)
    roles = models.JSONField(default=dict)
    role_fact = models.CharField(max_length=40, blank=True)
    extra = models.JSONField(null=True)
    language = models.CharField(max_length=20, default="en")
    translations = models.JSONField(null=True)
    gates = models.JSONField(null=True)
    essentials = models.JSONField(null=True)
    scales = models.JSONField(null=True)
    replaces = models.JSONField(null=True)
    organisations = models.JSONField(null=True)
    published_at = models.DateTimeField(null=True)
    content_hash = models.CharField(max_length=64, blank=True)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    version = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = EditionQuerySet.as_manager()

    in_trail = Proven("checklist__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checklist", "number"],
                name="edition_number_once",
                violation_error_message="This edition number is taken.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=UNPUBLISHED, published_at=None, content_hash="")
                | ~Q(status__in=UNPUBLISHED) & Q(published_at__isnull=False) & ~Q(content_hash=""),
                name="edition_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None) | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="edition_sent_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=EditionStatus.REVIEW) | Q(sent_at__isnull=False),
                name="edition_in_review_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checklist} {self.number}"

    @classmethod
    def open_now(cls, organisation: Organisation) -> EditionQuerySet:
        """Published editions that an organisation may start from, for a page."""
        return cls.objects.published().open_to(organisation).for_page()
