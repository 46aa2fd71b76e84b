"""Contexts and replies that pages of members and invitations share."""

from collections import Counter
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from compliance.ground.web.mail import is_printed
from compliance.identity.organisations import actions
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.models import Invitation, Membership


def invitations(request: MemberRequest) -> dict[str, Any]:
    """Invitations that nobody used yet, the state of each mail, and the links of new ones."""
    return {
        "invitations": Invitation.list_in(request.organisation),
        "days": settings.INVITATION_DAYS,
        "is_printed": is_printed(),
    }


def members_with_factors(request: MemberRequest) -> list[Membership]:
    """The members by name, each with ``factors``: which ones protect the account.

    Never a name or a secret of one: an owner sees who is left to their password alone.
    """
    kinds = Authenticator.Type
    people = list(request.organisation.memberships.with_people())
    rows = Authenticator.objects.filter(user__in=[one.user_id for one in people])
    found = Counter(rows.values_list("user_id", "type"))
    for member in people:
        keys = found[member.user_id, kinds.WEBAUTHN]
        said = [f"{keys} passkey{'' if keys == 1 else 's'}"] if keys else []
        if found[member.user_id, kinds.TOTP]:
            said.append("app with codes")
        if not said and not member.user.has_usable_password():
            said.append("no password")
        member.factors = " and ".join(said)
    return people


def policy_context(request: MemberRequest) -> dict[str, Any]:
    """The members whom a required second factor concerns, and how long sessions last."""
    members = request.organisation.memberships.filter(user__is_active=True)
    return {
        "policy": request.organisation.policy,
        "members": members.count(),
        "lacking": actions.without_factor(request.organisation),
        "stuck": actions.without_a_way(request.organisation),
    }
