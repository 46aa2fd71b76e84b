"""What an organisation does about what it found."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from compliance.assessments.choices import ActionStatus, Priority
from compliance.assessments.models.answer import Answer
from compliance.organisations.models import Organisation, User
from compliance.web.text import validate_line, validate_text

CLOSED = (ActionStatus.DONE, ActionStatus.DROPPED)


class ActionQuerySet(models.QuerySet["Action"]):
    """Actions with what lists show of them."""

    def open(self) -> "ActionQuerySet":
        return self.exclude(status__in=CLOSED)

    def for_page(self) -> "ActionQuerySet":
        """By due date, those without one last."""
        return self.select_related("owner").order_by(
            F("due_on").asc(nulls_last=True), "number"
        )


class Action(models.Model):
    """A task that puts something right; ``number`` counts within the organisation."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="actions"
    )
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, validators=[validate_line])
    text = models.TextField(blank=True, validators=[validate_text])
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="owned_actions"
    )
    due_on = models.DateField(null=True, blank=True)
    priority = models.CharField(
        max_length=10, choices=Priority.choices, default=Priority.MEDIUM
    )
    status = models.CharField(
        max_length=10, choices=ActionStatus.choices, default=ActionStatus.OPEN
    )
    effort_days = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(Decimal(999))],
    )
    answers = models.ManyToManyField(
        Answer, through="ActionLink", related_name="actions"
    )
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number"], name="action_number_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=CLOSED, closed_at__isnull=False, closed_by__isnull=False
                )
                | ~Q(status__in=CLOSED) & Q(closed_at=None, closed_by=None),
                name="action_closed_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "status", "due_on"], name="action_due"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("assessments:action", args=[self.organisation.slug, self.number])

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED


class ActionLink(models.Model):
    """An action is about an answer."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="links")
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="action_links")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action", "answer"], name="action_link_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} for {self.answer_id}"
