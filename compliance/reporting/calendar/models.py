"""Rows of the calendar: secret addresses of subscriptions, and how people are reminded."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils import timezone

from compliance.ground.web.own_languages import OwnLanguage
from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.organisations.models import OVER, Membership, Organisation, User
from compliance.proof.audit.columns import Proven, Unproven
from compliance.reporting.calendar.choices import Rhythm, Weekday
from compliance.reporting.calendar.digest_times import LONGEST, following, zone_of

LONGEST_ESCALATION = 90
"""Days after which officers see late work in their mail at the latest."""


SUBSCRIBES = frozenset({Permission.VIEW, Permission.AUDIT})
"""Permissions of which one is enough for an address: it shows what they may see."""


class FeedQuerySet(models.QuerySet["Feed"]):
    """Subscriptions by whether they open anything."""

    def standing(self) -> "FeedQuerySet":
        """Those of active members whose role may look."""
        roles = [role for role, may in ALLOWED.items() if SUBSCRIBES & may]
        members = Membership.objects.filter(
            organisation=models.OuterRef("organisation"),
            user=models.OuterRef("user"),
            role__in=roles,
        )
        return self.filter(models.Exists(members.order_by()), user__is_active=True)


class Feed(models.Model):
    """A person's calendar of one organisation, for whoever holds the token.

    Only the hash of the token is kept. ``is_own_only`` leaves out the work of others. The
    row goes when it is taken back, and with the membership.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="feeds")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    is_own_only = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)

    objects = FeedQuerySet.as_manager()

    in_trail = Proven("organisation_id", hidden={"token_hash": OVER})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="feed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}"

    @property
    def is_over(self) -> bool:
        """Whether it came out of a backup, and opens nothing."""
        return self.token_hash.startswith(OVER)

    @classmethod
    def of(cls, organisation: Organisation, user: User) -> "Feed | None":
        """A person's own one."""
        return cls.objects.filter(organisation=organisation, user=user).first()


class Rules(models.Model):
    """An organisation's own ways: how often members get a digest who chose nothing.

    ``escalate_days`` after its day, officers get late work in their mail, too; None for never.
    """

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="reminder_rules")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    escalate_days = models.PositiveSmallIntegerField(null=True, blank=True)

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(escalate_days=None)
                | models.Q(escalate_days__gte=1, escalate_days__lte=LONGEST_ESCALATION),
                name="rules_escalate_days_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.rhythm}"

    @classmethod
    def of(cls, organisation: Organisation) -> "Rules":
        """Those of an organisation, unsaved where it set none."""
        found = cls.objects.filter(organisation=organisation).first()
        return found or cls(organisation=organisation)


class RemindersQuerySet(models.QuerySet["Reminders"]):
    """Reminders by whether their moment has come."""

    def waiting(self, now: datetime) -> "RemindersQuerySet":
        """Those whose moment has come, or lies where only a wrong clock puts it."""
        return self.filter(models.Q(next_at__lte=now) | models.Q(next_at__gt=now + LONGEST))


class Reminders(models.Model):
    """How one person is reminded in one organisation, and of which dates they were.

    An empty ``rhythm`` is that of the organisation, an empty ``time_zone`` that of the
    installation. ``told`` has of each date that is still due its stage and the number of
    questions in the last mail: see ``digests.py``.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, blank=True)
    hour = models.PositiveSmallIntegerField(default=7)
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, default=Weekday.MONDAY)
    language = models.CharField(max_length=10, choices=OwnLanguage.choices, default=OwnLanguage.ENGLISH)
    time_zone = models.CharField(max_length=60, blank=True)
    next_at = models.DateTimeField(null=True)
    told = models.JSONField(default=dict)
    mailed_at = models.DateTimeField(null=True)
    mailed = models.PositiveIntegerField(default=0)

    objects = RemindersQuerySet.as_manager()

    in_trail = Unproven("how a person wants to be reminded, and of what they were; it gives no right")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="reminders_once"),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="reminders_hour_of_a_day"),
        ]
        indexes = [models.Index(fields=["next_at"], name="reminders_next")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}: {self.rhythm or 'default'}"

    @classmethod
    def of(cls, organisation: Organisation, user: User) -> "Reminders":
        """A person's own, unsaved where there are none."""
        found = cls.objects.filter(organisation=organisation, user=user).first()
        return found or cls(organisation=organisation, user=user)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the person's clock."""
        return zone_of(self.time_zone, settings.TIME_ZONE)

    def following(self, now: datetime, default: str) -> datetime | None:
        """The next moment, where ``default`` is the organisation's rhythm."""
        return following(
            now,
            self.rhythm or default,
            hour=self.hour,
            weekday=self.weekday,
            zone=self.zone,
        )
