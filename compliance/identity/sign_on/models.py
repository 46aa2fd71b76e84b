"""Rows of sign-on."""

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q

from compliance.ground.web import closed_text
from compliance.ground.web.text import validate_line
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.sign_on.choices import GIVEN, Protocol
from compliance.proof.audit.columns import Proven, Unproven

_ROLES = [(one.value, one.label) for one in GIVEN]


TAKEN = "Another organisation has shown that this domain is its own."


class SignOnQuerySet(models.QuerySet["SignOn"]):
    """Providers by the domains of their organisations."""

    def owning(self, domain: str) -> "SignOnQuerySet":
        """Of the organisation that has shown a domain of mail addresses to be its own."""
        return self.filter(
            organisation__domains__name=domain,
            organisation__domains__verified_at__isnull=False,
        )


class SignOn(models.Model):
    """The provider of one organisation; a row once an owner sets one.

    Identity is ``issuer`` and subject, never an address.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="sign_on"
    )
    protocol = models.CharField(max_length=4, choices=Protocol.choices, default=Protocol.OIDC)
    issuer = models.CharField(max_length=300, validators=[validate_line])
    """As the provider itself writes it, to the letter (OpenID Connect Discovery, 4.3); of
    SAML its entity ID."""
    client_id = models.CharField(max_length=255, blank=True, validators=[validate_line])
    secret = models.TextField(blank=True)
    """Encrypted; its key is in the keys folder."""
    metadata_url = models.CharField(max_length=500, blank=True)
    """The address of a SAML provider's metadata; "" if an owner entered the file."""
    sign_in_at = models.CharField(max_length=500, blank=True)
    """Where a SAML provider signs people in, by its metadata when an owner set it."""
    certificates = models.TextField(blank=True)
    """The signing certificates in the file of a SAML provider, in base64, one a line."""
    trusts_addresses = models.BooleanField(default=False)
    """Whether each address that a SAML provider sends counts as confirmed."""
    default_role = models.CharField(max_length=20, choices=_ROLES, blank=True)
    """The role of whoever comes for the first time; "" if nobody comes uninvited."""
    is_on = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True, blank=True)
    """When an owner came through with these very settings; a change empties it, and so does
    switching off. A session that began by them ends with them."""

    objects = SignOnQuerySet.as_manager()

    in_trail = Proven("organisation_id", hidden={"secret": "none"})

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(tested_at__isnull=False),
                name="sign_on_tested",
            ),
            models.CheckConstraint(
                condition=Q(default_role="") | Q(default_role__in=GIVEN),
                name="sign_on_role_known",
            ),
            models.CheckConstraint(
                condition=Q(protocol=Protocol.OIDC, metadata_url="", certificates="")
                | Q(protocol=Protocol.SAML, client_id="", secret=""),
                name="sign_on_of_one_protocol",
            ),
        ]

    def __str__(self) -> str:
        return self.issuer

    def close_secret(self, secret: str) -> None:
        """Keep the secret that the provider knows Attest by."""
        self.secret = closed_text.closed(secret, _key())

    def open_secret(self) -> str:
        """The secret. Raises ``ValueError`` where its key is gone."""
        return closed_text.opened(self.secret, _key()) if self.secret else ""

    @property
    def host(self) -> str:
        """The host of the provider, as people know it: a SAML entity ID may be any name."""
        return urlsplit(self.sign_in_at or self.issuer).netloc

    @property
    def is_saml(self) -> bool:
        """Whether the provider speaks SAML 2.0."""
        return self.protocol == Protocol.SAML

    @property
    def settings(self) -> tuple[object, ...]:
        """The values that have to be tested again when they change."""
        return (
            self.protocol,
            self.issuer,
            self.client_id,
            self.secret,
            self.metadata_url,
            self.sign_in_at,
            self.certificates,
            self.trusts_addresses,
        )

    def trusts_more_than(self, other: "SignOn") -> bool:
        """Whether addresses count now that the provider had to confirm under ``other``."""
        return self.trusts_addresses and not other.trusts_addresses

    def speaks_for(self, other: "SignOn") -> bool:
        """Whether it is surely the provider that ``other`` was.

        The issuer of OpenID Connect is an address, which answers for itself. The entity ID
        of SAML is a name that anybody writes into a file: with another certificate, or at
        another address, it may be somebody else.
        """
        same = ("protocol", "issuer", "metadata_url")
        if any(getattr(self, name) != getattr(other, name) for name in same):
            return False
        return set(self.certificates.split()) <= set(other.certificates.split())


LAPSES_AFTER = timedelta(days=7)
"""How long a record may be gone: a week has working days, in which owners read the mail."""


class Domain(models.Model):
    """A domain of mail addresses, which one organisation at most has shown to be its own."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    """In lower case, as DNS has it (A-labels)."""
    code = models.CharField(max_length=43)
    """The text that only whoever runs the domain can publish; of this issuer alone."""
    verified_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True)
    """Since when the record of a verified domain is gone; after some days it lapses."""
    asked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    """When Attest last asked name servers for the record, and when they last replied."""

    in_trail = Proven(
        "organisation_id",
        excused={
            "asked_at": "each day's look for the record sets it; it gives no right",
            "answered_at": "the same; what the look finds is in events",
        },
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"],
                name="domain_once",
                violation_error_message="This domain is in the list already.",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(verified_at__isnull=False),
                name="domain_of_one",
                violation_error_message=TAKEN,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def record(self) -> str:
        """The text of the DNS record that shows it."""
        return f"attest-domain={self.code}"

    @property
    def lapses_at(self) -> datetime | None:
        """From when the next look that finds no record ends it; None while one stands."""
        return self.missing_since and self.missing_since + LAPSES_AFTER


class GroupRole(models.Model):
    """The role of the people of a group at the provider."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="group_roles")
    group = models.CharField(max_length=200, validators=[validate_line])
    role = models.CharField(max_length=20, choices=_ROLES)

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "group"],
                name="group_once",
                violation_error_message="This group has a role already.",
            ),
            models.CheckConstraint(condition=Q(role__in=GIVEN), name="group_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_role_display()}"


class Identity(models.Model):
    """A person as one organisation's provider knows them."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="identities")
    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    """Whatever the provider knows them by: events have its SHA-256 alone."""
    opened_at = models.DateTimeField(null=True, blank=True)
    """When the person said, by their own password, that the provider opens their whole
    account; until then it opens its own organisation alone."""

    in_trail = Proven("organisation_id", hidden={"subject": "none"})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "issuer", "subject"], name="identity_once"),
            models.UniqueConstraint(fields=["organisation", "issuer", "user"], name="identity_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class UsedAnswer(models.Model):
    """An answer by which a provider let someone in: nobody can use it a second time.

    A row, not a value in a cache, so that all processes know it, also after a restart.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    until = models.DateTimeField(db_index=True)
    """Afterwards the answer has expired anyway, and the row goes."""

    in_trail = Unproven(
        "answers by which providers have let someone in, until they expire; they open nothing any more"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="answer_used_once")]

    def __str__(self) -> str:
        return f"{self.digest[:8]} until {self.until:%Y-%m-%d %H:%M}"


class Departure(models.Model):
    """Someone was a member and is none: a provider alone does not bring them back."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="departures")
    user = models.ForeignKey(User, models.CASCADE, related_name="departures")
    issuer = models.CharField(max_length=300, blank=True)
    subject_hash = models.CharField(max_length=64, blank=True)
    """The SHA-256 by which a provider knew them, or "": so not under another address, either."""

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "issuer"], name="departure_once")
        ]

    def __str__(self) -> str:
        return f"account {self.user_id} out of {self.organisation}"


def _key() -> Path:
    return Path(settings.KEYS_DIR) / "sign_on.key"
