"""Remediation of findings."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, Q, Value, When
from django.urls import reverse

from compliance.ground.web.spelling import having
from compliance.ground.web.text import validate_line, validate_text
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.choices import (
    CLOSED,
    ActionFilter,
    ActionSort,
    ActionStatus,
    Priority,
)
from compliance.work.assessments.models.answer import Answer

SHOWN = 3
"""Questions that a line of a list names; the rest are counted."""


def _rank(field: str, choices: type[models.TextChoices]) -> Case:
    """The place of a value among its choices."""
    places = [When(**{field: value}, then=Value(place)) for place, value in enumerate(choices.values)]
    return Case(*places, output_field=models.IntegerField())


_SORTS: dict[str, Any] = {
    ActionSort.NUMBER: F("number"),
    ActionSort.OWNER: F("owner__name"),
    ActionSort.DUE: F("due_on"),
    ActionSort.PRIORITY: _rank("priority", Priority),
    ActionSort.STATUS: _rank("status", ActionStatus),
    ActionSort.EFFORT: F("effort_days"),
}


def _filters(user: User, today: date) -> dict[str, Q]:
    is_open = ~Q(status__in=CLOSED)
    return {
        ActionFilter.OPEN: is_open,
        ActionFilter.MINE: is_open & Q(owner=user),
        ActionFilter.OVERDUE: is_open & Q(due_on__lt=today),
        ActionFilter.NOBODY: is_open & Q(owner=None),
        ActionFilter.CLOSED: Q(status__in=CLOSED),
        ActionFilter.ALL: Q(),
    }


class ActionQuerySet(models.QuerySet["Action"]):
    """Actions with what lists show of them."""

    def open(self) -> "ActionQuerySet":
        return self.exclude(status__in=CLOSED)

    def for_page(self) -> "ActionQuerySet":
        """By due date, those without one last."""
        return self.select_related("owner").order_by(F("due_on").asc(nulls_last=True), "number")

    def shown(self, show: str, user: User, today: date) -> "ActionQuerySet":
        """The actions that a filter leaves, for one person on one day."""
        return self.filter(_filters(user, today)[show])

    def counts(self, user: User, today: date) -> dict[str, int]:
        """Filter to the number of actions it leaves, in one query."""
        return self.aggregate(
            **{
                name: Count("pk", filter=condition) if condition else Count("pk")
                for name, condition in _filters(user, today).items()
            }
        )

    def matching(self, query: str) -> "ActionQuerySet":
        """With the text in title, details or owner, about that question, or so numbered."""
        about = ActionLink.objects.filter(answer__question__key__iexact=query)
        found = having(query, "title", "text", "owner__name") | Q(pk__in=about.values("action"))
        if number := re.fullmatch(r"(?:AC-?)?(\d{1,9})", query, re.ASCII | re.IGNORECASE):
            found |= Q(number=int(number[1]))
        return self.filter(found)

    def sorted_by(self, sort: str, *, is_down: bool) -> "ActionQuerySet":
        """By one column; what has no value there comes last, either way."""
        by = _SORTS[sort]
        order = by.desc(nulls_last=True) if is_down else by.asc(nulls_last=True)
        return self.order_by(order, "number")

    def status_counts(self) -> dict[str, int]:
        """Status to the number of actions that have it."""
        counts = self.order_by().values_list("status").annotate(count=Count("pk"))
        return dict(counts)

    def with_links(self) -> "ActionQuerySet":
        """Adds ``link_count`` and ``first_links``, the first few answers of each."""
        links = ActionLink.objects.select_related("answer__question").order_by("pk")
        return self.annotate(link_count=Count("links")).prefetch_related(
            models.Prefetch("links", links[:SHOWN], to_attr="first_links")
        )


class Action(models.Model):
    """A task that puts something right; ``number`` counts within the organisation."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="actions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, validators=[validate_line])
    text = models.TextField(blank=True, validators=[validate_text])
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="owned_actions")
    due_on = models.DateField(null=True, blank=True)
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.MEDIUM)
    status = models.CharField(max_length=10, choices=ActionStatus.choices, default=ActionStatus.OPEN)
    effort_days = models.DecimalField(
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(Decimal(999))],
    )
    answers = models.ManyToManyField(Answer, through="ActionLink", related_name="actions")
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ActionQuerySet.as_manager()

    link_count: int

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="action_number_once"),
            models.CheckConstraint(
                condition=Q(status__in=CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | ~Q(status__in=CLOSED) & Q(closed_at=None, closed_by=None),
                name="action_closed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "status", "due_on"], name="action_due"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("remediation:action", args=[self.organisation.slug, self.number])

    @property
    def code(self) -> str:
        """The number as people write it."""
        return f"AC-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED

    @property
    def more_links(self) -> int:
        """How many answers a line of a list does not name."""
        return max(0, self.link_count - SHOWN)

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < today


class ActionLink(models.Model):
    """An action is about an answer."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="links")
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="action_links")

    in_trail = Proven("action__organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "answer"], name="action_link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} for {self.answer_id}"
