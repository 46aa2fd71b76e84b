"""Rows of tokens."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from compliance.ground.web.text import validate_line
from compliance.identity.organisations.access import Permission, granted
from compliance.identity.organisations.models import OVER, Membership, Organisation, User
from compliance.identity.tokens import scopes
from compliance.proof.audit.columns import Proven


class TokenQuerySet(models.QuerySet["Token"]):
    """Tokens by whether they open anything."""

    def standing(self, moment: datetime) -> "TokenQuerySet":
        """Neither run out, nor ended, nor out of a backup."""
        return self.filter(ended_at=None, expires_at__gt=moment).exclude(token_hash__startswith=OVER)

    def of_directory(self) -> "TokenQuerySet":
        """Those by which a directory keeps the members of its organisation."""
        return self.filter(user=None, scopes=scopes.DIRECTORY)

    def of_person(self, person: User) -> "TokenQuerySet":
        """Those that act for somebody now, the newest first."""
        own = self.standing(timezone.now()).filter(user=person)
        return own.select_related("organisation").order_by("-made_at", "-pk")

    def for_page(self) -> "TokenQuerySet":
        return self.select_related("user", "made_by").order_by("-made_at", "-pk")


class Token(models.Model):
    """A program that holds it acts in one organisation: for its ``user``, or for nobody.

    Only its hash is kept. The row stays when it is over, since events name it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="tokens")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="tokens")
    name = models.CharField(max_length=60, validators=[validate_line])
    scopes = models.CharField(max_length=120)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = TokenQuerySet.as_manager()

    in_trail = Proven(
        "organisation_id",
        excused={"used_at": "the minute of its last use; it gives no right"},
        hidden={"token_hash": OVER},
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="token_ended_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def names_of(cls, ids: Iterable[int]) -> dict[int, str]:
        """Token to its name, for showing events of the trail."""
        return dict(cls.objects.filter(pk__in=set(ids)).values_list("pk", "name"))

    @property
    def is_standing(self) -> bool:
        """Whether it opens anything, as far as its own row says."""
        return not self.state

    @property
    def state(self) -> str:
        """Why it opens nothing, in words; "" while it does."""
        if self.ended_at:
            return "Taken back"
        if self.token_hash.startswith(OVER):
            return "Ended: restored from a backup"
        return "" if self.expires_at > timezone.now() else "Expired"

    @property
    def is_of_directory(self) -> bool:
        """Whether a directory keeps the members of the organisation by it."""
        return self.scopes == scopes.DIRECTORY

    @property
    def scope_words(self) -> list[str]:
        """The use of each scope."""
        return [scopes.SCOPES[one] for one in scopes.SCOPES if one in self.given]

    @property
    def given(self) -> frozenset[Permission]:
        """The permissions that it was given when it was made."""
        return scopes.read(self.scopes)

    def opens(self, membership: Membership | None) -> frozenset[Permission]:
        """The permissions it carries today: no more than its person's role has by now."""
        if self.user_id is None:
            return self.given & scopes.OF_ORGANISATION
        if membership is None:
            return frozenset()
        return self.given & granted(membership)
