"""Rows of sign-on."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q

from compliance.audit.columns import Proven
from compliance.organisations.models import Organisation, User
from compliance.sign_on.choices import GIVEN
from compliance.web import closed_text
from compliance.web.text import validate_line

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
    """The provider of one organisation, by OpenID Connect; a row once an owner sets one.

    Identity is ``issuer`` and subject, never an address.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="sign_on"
    )
    issuer = models.CharField(max_length=300, validators=[validate_line])
    """As the provider itself writes it, to the letter (OpenID Connect Discovery, 4.3)."""
    client_id = models.CharField(max_length=255, validators=[validate_line])
    secret = models.TextField(blank=True)
    """Encrypted; its key is in the keys folder."""
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
        """The host of the provider, as people know it."""
        return self.issuer.partition("://")[2].partition("/")[0]


class Domain(models.Model):
    """A domain of mail addresses, which one organisation at most has shown to be its own."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="domains"
    )
    name = models.CharField(max_length=253)
    """In lower case, as DNS has it (A-labels)."""
    code = models.CharField(max_length=43)
    """The text that only whoever runs the domain can publish; of this issuer alone."""
    verified_at = models.DateTimeField(null=True, blank=True)

    in_trail = Proven("organisation_id")

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


class GroupRole(models.Model):
    """The role of the people of a group at the provider."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="group_roles"
    )
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
            models.CheckConstraint(
                condition=Q(role__in=GIVEN), name="group_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_role_display()}"


class Identity(models.Model):
    """A person as one organisation's provider knows them."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="identities"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    """Whatever the provider knows them by: events have its SHA-256 alone."""

    in_trail = Proven("organisation_id", hidden={"subject": "none"})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "issuer", "subject"], name="identity_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "issuer", "user"], name="identity_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class Departure(models.Model):
    """Someone was a member and is none: a provider alone does not bring them back."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="departures"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="departures")
    issuer = models.CharField(max_length=300, blank=True)
    subject_hash = models.CharField(max_length=64, blank=True)
    """The SHA-256 by which a provider knew them, or "": so not under another address, either."""

    in_trail = Proven("organisation_id")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "issuer"], name="departure_once"
            )
        ]

    def __str__(self) -> str:
        return f"account {self.user_id} out of {self.organisation}"


def _key() -> Path:
    return Path(settings.KEYS_DIR) / "sign_on.key"
