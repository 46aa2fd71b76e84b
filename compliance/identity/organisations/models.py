"""People and where they work."""

import uuid
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password
from django.db import models
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.mail import MailStatus, standing
from compliance.ground.web.text import validate_line
from compliance.identity.organisations.choices import Among, Role
from compliance.identity.organisations.events import ACCOUNT_CHANGED, PASSWORD_CHANGED
from compliance.proof.audit.columns import Proven, Unproven
from compliance.proof.audit.trail import record_of_people
from compliance.proof.audit.transaction import writing

LONGEST_SHOWN = 200
"""Characters of a name with the address beside it: the columns that keep one have no more."""


def name_of_person(name: str, email: str, has_namesake: bool) -> str:
    """How pages, reports and signatures call someone, from the columns of the account.

    The address stands beside a name that two people of one organisation have; there a
    long name gives way to it.
    """
    if not name or not has_namesake:
        return name or email
    beside = f" <{email}>"
    room = LONGEST_SHOWN - len(beside)
    if len(name) > room:
        name = f"{name[: max(room - 1, 0)]}…"
    return f"{name}{beside}"[:LONGEST_SHOWN]


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the name to sign in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


RIGHTS_OVER_ALL = ("is_editor", "is_administrator")
"""Columns of an account: rights over the installation, of no organisation."""
SECOND_FACTORS = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
"""Types that stand beside a password at sign-in; recovery codes only stand in for them."""


class User(AbstractBaseUser):
    """A person who signs in."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, validators=[validate_line])
    is_active = models.BooleanField(default=True)
    is_editor = models.BooleanField(default=False)
    """Keeps the library right: checklists for everyone, and the law they cite."""
    is_administrator = models.BooleanField(default=False)
    """Runs the installation: sees its figures (room ``console``), and nothing of what
    organisations keep."""
    date_joined = models.DateTimeField(default=timezone.now)
    worked_in = models.ForeignKey(
        "compliance.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    """Of several organisations the one used last."""
    has_namesake = models.BooleanField(default=False, db_default=False)
    """Whether a person of one of their organisations has the same name."""

    objects = UserManager()

    protected: bool | None = None
    """Of whoever is signed in: ``is_protected``, read with the account."""
    came_with: "list[Membership] | None" = None
    """The memberships of whoever is signed in, with the organisations, by name."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    in_trail = Proven(
        "",
        is_of_people=True,
        excused={
            "last_login": "each sign-in sets it, and it gives no right",
            "worked_in_id": "the page that opens first; it gives no right",
            "has_namesake": "it follows from names, and only adds an address to one",
        },
        hidden={"password": UNUSABLE_PASSWORD_PREFIX},
    )

    def __str__(self) -> str:
        return name_of_person(self.name, self.email, self.has_namesake)

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is theirs; a hash that is made stronger then is in the trail."""
        strengthen = partial(self.take_password, action=ACCOUNT_CHANGED)
        return check_password(raw_password, self.password, strengthen)

    def take_password(self, password: str, *, action: str = PASSWORD_CHANGED) -> None:
        """Let them sign in with another password; nothing else is written."""
        with writing():
            self.set_password(password)
            self.save(update_fields=["password"])
            record_of_people(by=self, action=action, subject=self)

    @property
    def passkeys(self) -> "models.QuerySet[Authenticator]":
        """Their passkeys, the oldest first."""
        own = Authenticator.objects.filter(user=self, type=Authenticator.Type.WEBAUTHN)
        return own.order_by("created_at", "pk")

    @property
    def is_protected(self) -> bool:
        """Whether a second factor is asked for at sign-in."""
        if self.protected is None:
            own = Authenticator.objects.filter(user=self, type__in=SECOND_FACTORS)
            return own.exists()
        return self.protected

    @property
    def serves_all(self) -> bool:
        """Whether they have a right over the installation, a member anywhere or not."""
        return any(getattr(self, right) for right in RIGHTS_OVER_ALL)

    @property
    def has_app(self) -> bool:
        """Whether an app on their phone makes codes for them."""
        kind = Authenticator.Type.TOTP
        return Authenticator.objects.filter(user=self, type=kind).exists()

    @property
    def called(self) -> str:
        """The name to call someone by: the first word."""
        return str(self).split()[0]

    @property
    def initials(self) -> str:
        """One or two capitals for the round badge."""
        words = str(self).split()
        letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
        return letters.upper()


class Organisation(models.Model):
    """A tenant: nothing of one is ever seen by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120, validators=[validate_line])
    created_at = models.DateTimeField(auto_now_add=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    """The end of its days of grace, when Attest deletes it; None unless an owner closed it."""
    closing_asked_at = models.DateTimeField(null=True, blank=True)
    closing_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    sample_of = models.OneToOneField(User, models.PROTECT, null=True, editable=False, related_name="+")
    """The person whose sample it is (room ``samples``); None for a real organisation."""

    in_trail = Proven("id")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at=None, closing_asked_at=None, closing_by=None)
                | models.Q(
                    closes_at__isnull=False,
                    closing_asked_at__isnull=False,
                    closing_by__isnull=False,
                ),
                name="organisation_closes_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home:home", args=[self.slug])

    @property
    def is_sample(self) -> bool:
        """Whether all in it is invented, for one person to look round in."""
        return self.sample_of_id is not None

    @property
    def policy(self) -> "AccessPolicy":
        """Its own, or the one that holds where an owner has set none."""
        try:
            return self.own_policy
        except AccessPolicy.DoesNotExist:
            return AccessPolicy(organisation=self)


IDLE_MINUTES, SESSION_HOURS, CHECKED_PERCENT = (5, 720), (1, 24), (0, 100)
"""The bounds of a policy."""


class AccessPolicy(models.Model):
    """The rules of one organisation for those who work in it; a row once an owner sets one."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="own_policy"
    )
    second_factor_from = models.DateField(null=True, blank=True)
    """From this day nobody works here whom a password alone lets in."""
    idle_minutes = models.PositiveSmallIntegerField(default=30)
    session_hours = models.PositiveSmallIntegerField(default=12)
    exports = models.CharField(max_length=10, choices=Among.choices, default=Among.ROLE)
    shares = models.CharField(max_length=10, choices=Among.choices, default=Among.ROLE)
    invites = models.CharField(max_length=10, choices=Among.choices, default=Among.ROLE)
    sign_on_only = models.BooleanField(default=False)
    """Members come by the organisation's provider (room ``sign_on``), which is on then."""
    checked_percent = models.PositiveSmallIntegerField(default=0, db_default=0)
    """The share of questions that reviewers check before anybody signs."""
    other_providers = models.BooleanField(default=False, db_default=False)
    """Members come by the provider of another organisation, too, which shows that their
    address is its own: without proof of theirs."""

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(idle_minutes__range=IDLE_MINUTES),
                name="policy_idle_bounded",
            ),
            models.CheckConstraint(
                condition=models.Q(session_hours__range=SESSION_HOURS),
                name="policy_session_bounded",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_percent__range=CHECKED_PERCENT),
                name="policy_checked_bounded",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    exports__in=Among.values,
                    shares__in=Among.values,
                    invites__in=Among.values,
                ),
                name="policy_rights_known",
            ),
        ]

    def __str__(self) -> str:
        return f"policy of {self.organisation}"

    def asks_factor(self, day: date) -> bool:
        """Whether nobody works here on that day whom a password alone lets in."""
        return bool(self.second_factor_from and self.second_factor_from <= day)

    @property
    def idle(self) -> timedelta:
        """The longest time without use."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def longest(self) -> timedelta:
        """The longest session, used or not."""
        return timedelta(hours=self.session_hours)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations with what pages show of them."""

    def open_at(self, moment: datetime) -> "InvitationQuerySet":
        return self.filter(expires_at__gt=moment)

    def for_page(self) -> "InvitationQuerySet":
        return self.select_related("organisation", "invited_by").order_by("expires_at", "pk")


OVER = "over-"
"""How the hash of a link begins that was in a backup: no token has such a hash."""


class Invitation(models.Model):
    """A link that lets one person in, once; until then they have no right and no name.

    It goes to ``email`` as it was typed, whether an account has it or not; ``name`` is
    offered to someone who is new. Only the hash of the token is kept. ``path`` is the
    page it leads to. The row goes when it is accepted, declined or taken back: the trail
    says which.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    name = models.CharField(max_length=120, validators=[validate_line])
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=300, blank=True)
    invited_at = models.DateTimeField(auto_now_add=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    """Nobody when it comes from the command line."""
    expires_at = models.DateTimeField()

    objects = InvitationQuerySet.as_manager()

    mail: MailStatus | None = None
    link = ""
    """Where no mail server is set: the address to hand over, known once."""

    in_trail = Proven("organisation_id", hidden={"token_hash": OVER})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                name="invitation_once",
                violation_error_message=("This person is invited already. You can send it again."),
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} until {self.expires_at:%Y-%m-%d}"

    @classmethod
    def opened_by(cls, token_hash: str) -> "Invitation | None":
        """The invitation that a token opens now, if any."""
        found = cls.objects.open_at(timezone.now()).filter(token_hash=token_hash)
        return found.for_page().first()

    @classmethod
    def list_in(cls, organisation: Organisation) -> "list[Invitation]":
        """Those of an organisation, each with ``mail``: known of one not gone yet."""
        found = list(cls.objects.filter(organisation=organisation).for_page())
        mails = standing(invitation.about for invitation in found) if found else {}
        for invitation in found:
            invitation.mail = mails.get(invitation.about)
        return found

    def find_person(self) -> User | None:
        """The account with that address, if there is one."""
        return User.objects.filter(email=self.email).first()

    @property
    def about(self) -> str:
        """The name of its mail in the queue."""
        return f"invitation {self.pk}"

    @property
    def has_run_out(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        """Whether it was in a backup: its link opens nothing, whatever its day."""
        return self.token_hash.startswith(OVER)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships with what pages show of them."""

    def of(self, user: User) -> "MembershipQuerySet":
        """All of one person, with the organisation joined, by its name."""
        return (
            self.filter(user=user).select_related("organisation__own_policy").order_by("organisation__name")
        )

    def with_people(self) -> "MembershipQuerySet":
        """The people of an organisation, by name."""
        return self.select_related("user").order_by("user__name", "user__email")

    def active_owners(self) -> "MembershipQuerySet":
        """Owners whose account is open."""
        return self.filter(role=Role.OWNER, user__is_active=True)


class Membership(models.Model):
    """A person in an organisation, with one role."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    factors = ""
    """Where a page of members asks: what protects the account besides the password."""

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                name="membership_once",
                violation_error_message="This person is a member already.",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organisation}"

    def get_absolute_url(self) -> str:
        """Where the member begins: an auditor among their seats, all others at home."""
        if self.role == Role.AUDITOR:
            return reverse("seats:home", args=[self.organisation.slug])
        return self.organisation.get_absolute_url()


class FactorCount(models.Model):
    """How far a factor has counted: what counts no further was used before, or copied.

    Of a passkey the count of its device; of an app with codes the time step (RFC 6238)
    of the code taken last.
    """

    authenticator = models.OneToOneField(
        "mfa.Authenticator", models.CASCADE, primary_key=True, related_name="counted"
    )
    count = models.PositiveBigIntegerField()

    in_trail = Unproven("each use of a factor counts it up; it gives no right")

    def __str__(self) -> str:
        return f"{self.authenticator} at {self.count}"


class Challenge(models.Model):
    """A challenge for a device to sign: in one session, for one thing, once, and soon.

    A row, not a value in the session: taking it away is one statement, so that of two
    requests with the same signature one finds nothing.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    session_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=300)
    value = models.CharField(max_length=43, unique=True)
    asked_at = models.DateTimeField()

    in_trail = Unproven("a question to a device, good once and for minutes; its answer is in an event")

    def __str__(self) -> str:
        return f"{self.purpose} at {self.asked_at:%Y-%m-%d %H:%M}"
