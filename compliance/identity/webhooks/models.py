"""Rows of webhooks, and of what was sent to them."""

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils import timezone

from compliance.ground.web.outgoing import LONGEST_URL
from compliance.identity.organisations.models import OVER, Organisation, User
from compliance.identity.webhooks.choices import State
from compliance.identity.webhooks.events import WEBHOOK_SECRET_CHANGED
from compliance.proof.audit import trail
from compliance.proof.audit.columns import Proven, Unproven
from compliance.proof.audit.event_types import Topic
from compliance.proof.audit.models import ChainHead

OVERLAP = timedelta(hours=24)
"""After a change the secret before still signs, too, so that nothing is lost meanwhile."""

MOST_BEFORE = 10
"""Secrets beside the newest one that sign: a header has no room for more."""


LONGEST = timedelta(days=1)
"""No next moment lies further ahead: one that does was set by a clock that was wrong."""


def has_come(now: datetime) -> Q:
    """Whether the next moment of a row has come, or is none."""
    return Q(next_at__lte=now) | Q(next_at__gt=now + LONGEST)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks by whether anything is to be sent to them."""

    def standing(self) -> "WebhookQuerySet":
        """Neither ended, nor out of a backup."""
        return self.filter(ended_at=None).exclude(secret_hash__startswith=OVER)

    def with_work(self, now: datetime) -> "WebhookQuerySet":
        """Those whose turn has come, with events not looked at yet or deliveries due."""
        head = ChainHead.objects.filter(pk=models.OuterRef("organisation_id"))
        due = Delivery.objects.due(now).filter(webhook=models.OuterRef("pk"))
        return self.standing().filter(
            models.Exists(head.filter(seq__gt=models.OuterRef("reached"))) | models.Exists(due),
            has_come(now),
        )


class Webhook(models.Model):
    """An address that events of an organisation are sent to, with the topics it wants.

    ``reached`` is the number of the newest event that was looked at: the trail itself is
    the outbox. After ``failures`` in a row it rests until ``next_at``. The row stays when
    it is over, since events name it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="webhooks")
    address = models.CharField(max_length=LONGEST_URL)
    topics = models.CharField(max_length=200)
    secret_number = models.PositiveIntegerField(default=1)
    secret_hash = models.CharField(max_length=64, unique=True)
    secret_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reached = models.PositiveBigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()

    objects = WebhookQuerySet.as_manager()

    in_trail = Proven(
        "organisation_id",
        excused={
            "reached": "how far it has got; the events are in the trail",
            "failures": "how often in a row nobody answered; it gives no right",
            "next_at": "the moment of its next turn; it gives no right",
        },
        hidden={"secret_hash": OVER},
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="webhook_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        """The host: what stands behind it in an address may be long, or secret."""
        return urlsplit(self.address).netloc

    @property
    def chosen(self) -> list[Topic]:
        """The topics it wants."""
        given = self.topics.split()
        return [topic for topic in Topic if topic.value in given]

    @property
    def topic_words(self) -> list[str]:
        return [str(topic.label) for topic in self.chosen]

    @property
    def state(self) -> str:
        """Why nothing is sent to it, in words; "" while something is."""
        if self.ended_at:
            return "Ended" if self.ended_by else "Ended: the receiver said that it is gone"
        if self.secret_hash.startswith(OVER):
            return "Ended: restored from a backup"
        return ""

    def numbers(self, now: datetime) -> list[int]:
        """The secrets that sign now: the one of today, and for a day each that it followed.

        Someone who changes it twice may never have given the receiver the one between.
        """
        newest = self.secret_number
        if newest == 1 or now >= self.secret_at + OVERLAP:
            return [newest]
        changes = trail.events_of(self.organisation_id).filter(
            action=WEBHOOK_SECRET_CHANGED,
            subject_label="webhook",
            subject_id=str(self.pk),
            at__gt=now - OVERLAP,
        )
        before = min(max(changes.count(), 1), MOST_BEFORE)
        return list(range(newest, max(newest - before, 1) - 1, -1))


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Deliveries by how far they are."""

    def due(self, now: datetime) -> "DeliveryQuerySet":
        return self.filter(has_come(now), state=State.WAITING)


class Delivery(models.Model):
    """One event for one webhook; without ``seq`` a test. Kept for a while as the log.

    ``queued_at`` is the moment from which it is tried; ``status`` the HTTP status of the
    last reply, ``problem`` what was wrong instead of one.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    seq = models.PositiveBigIntegerField(null=True, blank=True)
    action = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    queued_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    in_trail = Unproven("that an event was sent; the events themselves are in the trail")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "seq"], name="delivery_once_an_event"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="delivery_state_known"),
        ]
        indexes = [
            models.Index(fields=["webhook", "state", "next_at"], name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.seq or 'test'}: {self.state}"

    @property
    def state_words(self) -> str:
        """The state for the log: nothing that waits is sent once its webhook is over."""
        if self.state == State.WAITING and self.webhook.state:
            return "Not sent"
        if self.state == State.GIVEN_UP and self.seq is None:
            return "Failed"
        return self.get_state_display()

    @property
    def message_id(self) -> str:
        """The same for each try, so that a receiver knows a message again."""
        if self.seq is None:
            return f"test_{self.webhook_id.hex}_{self.pk}"
        return f"evt_{self.webhook.organisation_id.hex}_{self.seq}"


def count_by_state() -> dict[str, int]:
    """How many messages the log of all webhooks has, by state; 0 where there is none.

    Of a webhook that is over, nothing waits. Tests are not counted.
    """
    over = ~Q(webhook__in=Webhook.objects.standing())
    kept = Delivery.objects.exclude(seq=None).exclude(over, state=State.WAITING)
    rows = kept.order_by().values_list("state")
    found = dict(rows.annotate(count=models.Count("pk")))
    return {state: found.get(state, 0) for state in State.values}
