"""An organisation fills in one edition about one subject."""

import uuid

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from compliance.content.checklists.models import Edition
from compliance.ground.web.text import validate_line
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.choices import TALKED, AssessmentStatus
from compliance.work.assessments.detail_fields import MORE


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    """Assessments with what pages show of them."""

    def running(self) -> "AssessmentQuerySet":
        return self.filter(status=AssessmentStatus.RUNNING)

    def in_use(self) -> "AssessmentQuerySet":
        """All but what was put away."""
        return self.exclude(status=AssessmentStatus.ARCHIVED)

    def for_page(self) -> "AssessmentQuerySet":
        """With ``is_brought_in``: whether it came in a bundle; and ``is_borne_on``:
        whether others in use rest on it.
        """
        came = Assessment.objects.filter(pk=OuterRef("pk"), brought_from__isnull=False)
        rows = self.select_related("edition__checklist__theme").defer("edition__extra")
        others = Assessment.objects.in_use().filter(rests_on=OuterRef("pk"))
        return rows.annotate(is_brought_in=Exists(came.order_by()), is_borne_on=Exists(others.order_by()))


class Assessment(models.Model):
    """One edition, one subject, one audit period.

    ``facts`` maps fact keys to lists of choice keys; a key that is missing or None
    is "not known yet". ``carried_from`` is the earlier assessment whose answers it
    started with. ``rests_on`` is the one that answers its sections of the organisation's
    level (``checklists.choices.Level``): while it ``rests``, its own answers there wait.
    One from a bundle may rest on what stayed behind. ``revision`` counts the times it was opened: a signature belongs to
    one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="assessments")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="assessments")
    subject = models.CharField(max_length=120, validators=[validate_line])
    period_from = models.DateField()
    period_to = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    facts = models.JSONField(default=dict)
    status = models.CharField(
        max_length=20,
        choices=AssessmentStatus.choices,
        default=AssessmentStatus.RUNNING,
    )
    revision = models.PositiveIntegerField(default=1)
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="carried_to")
    rests = models.BooleanField(default=False)
    rests_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="bears")
    started_at = models.DateTimeField(auto_now_add=True)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = AssessmentQuerySet.as_manager()

    is_brought_in: bool
    is_borne_on: bool

    in_trail = Proven("organisation_id")

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")),
                name="assessment_period_ordered",
                violation_error_message="The audit period ends before it begins.",
            ),
            models.CheckConstraint(
                condition=Q(rests_on=None) | Q(rests=True) & ~Q(rests_on=F("id")),
                name="assessment_rests_on_another",
                violation_error_message="An assessment cannot rest on itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition.checklist.title}, {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("workspace:detail", args=[self.organisation.slug, self.pk])

    def answer_url(self, answer_id: int) -> str:
        """The address of one of its answers: the page with its row open."""
        return f"{self.get_absolute_url()}?open={answer_id}#answer-{answer_id}"

    @property
    def more_in_words(self) -> list[tuple[str, str]]:
        """Heading and words of each detail without a place of its own that says something."""
        details = ((field.heading, field.words(getattr(self, column))) for column, field in MORE.items())
        return [(label, words) for label, words in details if words]

    @property
    def is_open(self) -> bool:
        """Whether answers may still change."""
        return self.status == AssessmentStatus.RUNNING

    @property
    def closed_word(self) -> str:
        """The word for its state while answers cannot change: "in review", "signed", "closed"."""
        words = {
            AssessmentStatus.REVIEW: "in review",
            AssessmentStatus.SIGNED: "signed",
        }
        return words.get(AssessmentStatus(self.status), "closed")

    @property
    def is_talked_about(self) -> bool:
        """Whether people may still comment, and confirm "not applicable"."""
        return self.status in TALKED
