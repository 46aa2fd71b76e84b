"""Contexts and replies that pages of members, invitations and factors share."""

from collections import Counter
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.dispatch import Signal
from django.http import HttpResponse
from django.shortcuts import redirect, render

from compliance.organisations import actions, webauthn
from compliance.organisations.access import MemberRequest
from compliance.organisations.devices import is_phone, network_of, program_of
from compliance.organisations.models import Invitation, Membership, User
from compliance.web.mail import is_printed

security_told_of = Signal()
"""A page asks what else opens something for a ``person``. Rooms above answer, each with a
part of the page's context."""


def invitations(request: MemberRequest) -> dict[str, Any]:
    """Invitations that nobody used yet, the state of each mail, and the links of new ones."""
    return {
        "invitations": Invitation.list_in(request.organisation),
        "days": settings.INVITATION_DAYS,
        "is_printed": is_printed(),
    }


def members_told(request: MemberRequest) -> list[Membership]:
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
        member.factors = " and ".join(said)
    return people


def policy_told(request: MemberRequest) -> dict[str, Any]:
    """The members whom a required second factor concerns, and how long sessions last."""
    members = request.organisation.memberships.filter(user__is_active=True)
    return {
        "policy": request.organisation.policy,
        "members": members.count(),
        "lacking": actions.without_factor(request.organisation),
        "stuck": actions.without_a_way(request.organisation),
    }


def security_told(request: MemberRequest) -> dict[str, Any]:
    """A person's factors, as their own page and pages that return to it show them."""
    kinds = Authenticator.Type
    own = Authenticator.objects.filter(user=request.user)
    found = {one.type: one for one in own.exclude(type=kinds.WEBAUTHN)}
    passkeys = list(request.user.passkeys)
    left = actions.recovery_codes_left(request.user)
    more: list[tuple[Any, Any]] = security_told_of.send(
        sender=User, person=request.user
    )
    return {name: value for _, told in more for name, value in told.items()} | {
        "passkeys": passkeys,
        "app": found.get(kinds.TOTP),
        "codes": found.get(kinds.RECOVERY_CODES),
        "left": left,
        "is_possible": webauthn.is_possible(),
        "is_protected": bool(passkeys or kinds.TOTP in found),
        "protected_by": _factors_told(len(passkeys), kinds.TOTP in found, left),
        "sessions": sessions_told(request),
        "unproved": actions.unproved_address(request.user),
        "is_printed": is_printed(),
    }


def sessions_told(request: MemberRequest) -> list[dict[str, Any]]:
    """Where the person is signed in, the place used last first; rows of sessions that are
    over go.
    """
    own = UserSession.objects.purge_and_list(request.user)
    return [
        {
            "pk": one.pk,
            "program": program_of(one.user_agent),
            "is_phone": is_phone(one.user_agent),
            "network": network_of(one.ip),
            "created_at": one.created_at,
            "last_seen_at": one.last_seen_at,
            "is_this": one.session_key == request.session.session_key,
        }
        for one in sorted(own, key=lambda one: one.last_seen_at, reverse=True)
    ]


def _factors_told(passkeys: int, has_app: bool, left: int | None) -> str:
    said = [f"{passkeys} passkey{'' if passkeys == 1 else 's'}"] if passkeys else []
    said += ["an app"] if has_app else []
    if left is not None:
        said.append(f"{left} recovery code{'' if left == 1 else 's'}")
    return ", ".join(said)


def codes_page(request: MemberRequest, made: list[str]) -> HttpResponse:
    """New recovery codes, this once; where none were made, the security page."""
    if not made:
        return redirect("organisations:security")
    codes = [f"{code[:4]} {code[4:]}" for code in made]
    return render(request, "organisations/codes.html", {"codes": codes})
