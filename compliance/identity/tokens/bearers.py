"""The token, person and permissions behind the text of a token, at this moment."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.actions import hash_of
from compliance.identity.organisations.models import Membership
from compliance.identity.organisations.policy_gate import lacks_factor
from compliance.identity.tokens.models import Token

_USED = timedelta(minutes=1)
"""The last use is kept to the minute: no call writes it twice."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token with the membership that its rights rest on; none of an organisation's."""

    token: Token
    membership: Membership | None
    may: frozenset[Permission]


def bearer_of(text: str) -> Bearer | None:
    """The bearer of a token; None for one that opens nothing, whatever the reason.

    A person's token has the rights that their membership has now: none without it, with
    a closed account, or without the second factor that the organisation asks for. An
    organisation's token outlives its maker's membership.
    """
    rows = Token.objects.standing(timezone.now()).select_related("organisation", "user")
    token = rows.filter(token_hash=hash_of(text)).first()
    if token is None:
        return None
    membership = None
    if token.user:
        own = Membership.objects.select_related("organisation__own_policy")
        membership = own.filter(
            organisation=token.organisation_id,
            user=token.user,
            user__is_active=True,
            joined_at__lte=token.made_at,
        ).first()
        if membership is None:
            return None
        membership.user = token.user
        if lacks_factor(membership):
            return None
    may = token.opens(membership)
    if Permission.VIEW not in may:
        return None
    _remember(token)
    return Bearer(token, membership, may)


def directory_of(text: str) -> Token | None:
    """The token of an organisation's directory; None for a text that is no valid one."""
    rows = Token.objects.standing(timezone.now()).of_directory()
    token = rows.select_related("organisation").filter(token_hash=hash_of(text)).first()
    if token:
        _remember(token)
    return token


def _remember(token: Token) -> None:
    """Keep the last use; a call is answered all the same where nothing can be written."""
    now = timezone.now()
    if token.used_at is None or token.used_at < now - _USED:
        with suppress(DatabaseError):
            Token.objects.filter(pk=token.pk).update(used_at=now)
