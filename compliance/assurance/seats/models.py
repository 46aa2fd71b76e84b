"""Rows of seats: who may look, what was sampled, asked and answered; share links."""

from datetime import date, datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from compliance.assurance.seats.choices import How, RequestFilter, RequestStatus, SampleResult
from compliance.content.evidence.models import Evidence
from compliance.ground.web.text import validate_line, validate_text
from compliance.identity.organisations.access import Permission, holding
from compliance.identity.organisations.models import OVER, Invitation, Organisation, User
from compliance.proof.audit.columns import Proven
from compliance.work.assessments.models import Answer, Assessment

SEATED = "This person has a seat here already. End it first."


class SeatQuerySet(models.QuerySet["Seat"]):
    """Seats with what pages show of them."""

    def of(self, organisation: Organisation) -> "SeatQuerySet":
        return self.filter(assessment__organisation=organisation)

    def open_on(self, day: date) -> "SeatQuerySet":
        return self.filter(ended_at=None, from_on__lte=day, until_on__gte=day)

    def open_for(self, user: User, day: date) -> "SeatQuerySet":
        """A person's own ones."""
        return self.open_on(day).held().filter(user=user)

    def held(self) -> "SeatQuerySet":
        """Those of members; who left and came back gets a new one."""
        return self.filter(
            user__memberships__organisation=F("assessment__organisation"),
            user__memberships__joined_at__lte=F("given_at"),
        )

    def for_page(self) -> "SeatQuerySet":
        return self.select_related(
            "assessment__organisation",
            "assessment__edition__checklist__theme",
            "user",
            "given_by",
            "ended_by",
        ).defer("assessment__edition__extra")


class Seat(models.Model):
    """One person reads one assessment from one day to another, both included."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="seats")
    user = models.ForeignKey(User, models.PROTECT, related_name="seats")
    purpose = models.CharField(max_length=300, blank=True, validators=[validate_line])
    from_on = models.DateField()
    until_on = models.DateField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = SeatQuerySet.as_manager()

    in_trail = Proven("assessment__organisation_id")

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="seat_days_ordered",
                violation_error_message="The last day comes before the first.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="seat_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, until {self.until_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        organisation = self.assessment.organisation
        return reverse("seats:seat", args=[organisation.slug, self.pk])

    def standing(self, day: date) -> str:
        """ "open", "waits", "over" or "ended" on a day."""
        if self.ended_at:
            return "ended"
        if day < self.from_on:
            return "waits"
        return "over" if day > self.until_on else "open"


class SeatOffer(models.Model):
    """A seat for an address that is invited: its person's own when they come.

    It goes with the invitation and opens nothing.
    """

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="seats")
    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=300, blank=True, validators=[validate_line])
    from_on = models.DateField()
    until_on = models.DateField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    in_trail = Proven("assessment__organisation_id")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "assessment"],
                name="seat_offered_once",
                violation_error_message=SEATED,
            ),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="seat_offer_days_ordered",
                violation_error_message="The last day comes before the first.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invitation_id}, until {self.until_on:%Y-%m-%d}"


class SampleItem(models.Model):
    """An answer that an auditor looks at, how it was chosen, and what was said of it.

    ``seed`` is what a random choice was drawn with: with it anybody draws the same.
    """

    seat = models.ForeignKey(Seat, models.CASCADE, related_name="items")
    answer = models.ForeignKey(Answer, models.CASCADE, related_name="sampled")
    how = models.CharField(max_length=10, choices=How.choices)
    seed = models.CharField(max_length=32, blank=True)
    result = models.CharField(max_length=10, choices=SampleResult.choices, default=SampleResult.OPEN)
    note = models.TextField(blank=True, validators=[validate_text])
    said_at = models.DateTimeField(null=True)

    in_trail = Proven("seat__assessment__organisation_id")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["seat", "answer"], name="sample_once"),
            models.CheckConstraint(
                condition=~Q(result=SampleResult.FLAGGED) | ~Q(note=""),
                name="sample_flag_has_note",
                violation_error_message="Say what is wrong.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.result}"


class RequestQuerySet(models.QuerySet["Request"]):
    """Requests with what pages show of them."""

    def of(self, organisation: Organisation) -> "RequestQuerySet":
        return self.filter(assessment__organisation=organisation)

    def unanswered(self) -> "RequestQuerySet":
        return self.filter(status=RequestStatus.OPEN)

    def shown(self, which: str, user: User, today: date) -> "RequestQuerySet":
        """Those of one filter above the list."""
        waits = Q(status=RequestStatus.OPEN)
        conditions = {
            RequestFilter.OVERDUE: waits & Q(due_on__lt=today),
            RequestFilter.MINE: ~Q(status=RequestStatus.CLOSED) & Q(seat__given_by=user),
            RequestFilter.ANSWERED: Q(status=RequestStatus.ANSWERED),
            RequestFilter.CLOSED: Q(status=RequestStatus.CLOSED),
            RequestFilter.ALL: Q(),
        }
        return self.filter(conditions.get(RequestFilter(which), waits))

    def for_page(self) -> "RequestQuerySet":
        joined = self.select_related(
            "assessment__organisation",
            "assessment__edition__checklist",
            "seat",
            "asked_by",
            "closed_by",
            "answer__question",
        )
        return joined.defer("assessment__edition__extra").order_by("due_on", "pk")


class Request(models.Model):
    """Something an auditor asks for, with a day; the thread is in its messages."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="requests")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="requests")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, validators=[validate_line])
    text = models.TextField(blank=True, validators=[validate_text])
    due_on = models.DateField()
    answer = models.ForeignKey(Answer, models.SET_NULL, null=True, related_name="requests")
    status = models.CharField(max_length=10, choices=RequestStatus.choices, default=RequestStatus.OPEN)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = RequestQuerySet.as_manager()

    in_trail = Proven("assessment__organisation_id")

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="request_number_once"),
            models.CheckConstraint(
                condition=Q(status=RequestStatus.CLOSED, closed_at__isnull=False) & Q(closed_by__isnull=False)
                | ~Q(status=RequestStatus.CLOSED) & Q(closed_at=None, closed_by=None),
                name="request_closed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        organisation = self.assessment.organisation
        return reverse("seats:request", args=[organisation.slug, self.pk])

    @property
    def code(self) -> str:
        return f"R-{self.number}"

    @property
    def is_closed(self) -> bool:
        return self.status == RequestStatus.CLOSED

    def is_overdue(self, today: date) -> bool:
        return self.status == RequestStatus.OPEN and self.due_on < today


class RequestMessage(models.Model):
    """One message of a request's thread, with a piece of evidence or without."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="messages")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(validators=[validate_text])
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="handed_over")
    at = models.DateTimeField()

    in_trail = Proven("request__assessment__organisation_id")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.at:%Y-%m-%d}"


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Share links by whether they open anything."""

    def open_at(self, moment: datetime) -> "ShareLinkQuerySet":
        """Neither over nor taken back, and made by someone who may do so ever since.

        By role and policy as they are now; whoever left and came back makes a new one.
        """
        makers = holding(Permission.SEATS).filter(
            organisation=OuterRef("assessment__organisation"),
            user=OuterRef("made_by"),
            user__is_active=True,
            joined_at__lte=OuterRef("made_at"),
        )
        return self.exclude(token_hash__startswith=OVER).filter(
            Exists(makers), revoked_at=None, expires_at__gt=moment
        )

    def for_page(self) -> "ShareLinkQuerySet":
        return self.select_related("assessment__organisation", "assessment__edition__checklist", "made_by")


class ShareLink(models.Model):
    """A person who holds the token reads one assessment; only its hash is kept."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="share_links")
    label = models.CharField(max_length=120, validators=[validate_line])
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ShareLinkQuerySet.as_manager()

    in_trail = Proven("assessment__organisation_id", hidden={"token_hash": OVER})

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="share_revoked_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}, until {self.expires_at:%Y-%m-%d}"

    @property
    def has_run_out(self) -> bool:
        """Whether it opens nothing any more, whatever its maker may."""
        return self.expires_at <= timezone.now() or self.token_hash.startswith(OVER)
