"""Contexts and replies that the pages of a person's sign-in share."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.dispatch import Signal
from django.http import HttpResponse
from django.shortcuts import redirect, render

from compliance.ground.web.mail import is_printed
from compliance.identity.accounts import actions
from compliance.identity.accounts.devices import is_phone, network_of, program_of
from compliance.identity.organisations import webauthn
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.models import User

more_ways_in = Signal()
"""A page asks what else opens something for a ``person``. Rooms above answer, each with a
part of the page's context."""


def security_context(request: MemberRequest) -> dict[str, Any]:
    """A person's factors, as their own page and pages that return to it show them."""
    kinds = Authenticator.Type
    own = Authenticator.objects.filter(user=request.user)
    found = {one.type: one for one in own.exclude(type=kinds.WEBAUTHN)}
    passkeys = list(request.user.passkeys)
    left = actions.recovery_codes_left(request.user)
    more: list[tuple[Any, Any]] = more_ways_in.send(sender=User, person=request.user)
    return {name: value for _, context in more for name, value in context.items()} | {
        "passkeys": passkeys,
        "app": found.get(kinds.TOTP),
        "codes": found.get(kinds.RECOVERY_CODES),
        "left": left,
        "is_possible": webauthn.is_possible(),
        "is_protected": bool(passkeys or kinds.TOTP in found),
        "protected_by": _factors_in_words(len(passkeys), kinds.TOTP in found, left),
        "sessions": session_rows(request),
        "unproved": actions.unproved_address(request.user),
        "is_printed": is_printed(),
    }


def session_rows(request: MemberRequest) -> list[dict[str, Any]]:
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


def _factors_in_words(passkeys: int, has_app: bool, left: int | None) -> str:
    said = [f"{passkeys} passkey{'' if passkeys == 1 else 's'}"] if passkeys else []
    said += ["an app"] if has_app else []
    if left is not None:
        said.append(f"{left} recovery code{'' if left == 1 else 's'}")
    return ", ".join(said)


def codes_page(request: MemberRequest, made: list[str]) -> HttpResponse:
    """New recovery codes, this once; where none were made, the security page."""
    if not made:
        return redirect("accounts:security")
    codes = [f"{code[:4]} {code[4:]}" for code in made]
    context = {"codes": codes, "is_elsewhere": is_elsewhere(request)}
    return render(request, "identity/accounts/codes.html", context)


def is_elsewhere(request: MemberRequest) -> bool:
    """Whether the person is signed in by other sessions, too: a new factor ends none."""
    return len(UserSession.objects.purge_and_list(request.user)) > 1


def added(request: MemberRequest, said: str, made: list[str]) -> HttpResponse:
    """The page after a new factor, which ``said`` names: its recovery codes, or else the
    security page. Both offer to end the other sessions.
    """
    offers = not made and is_elsewhere(request)
    messages.success(request, said, extra_tags="elsewhere" if offers else "")
    return codes_page(request, made)


def added_before(request: MemberRequest, said: str) -> HttpResponse:
    """The security page after a press that was sent twice: the codes came with the first."""
    added(request, said, [])
    if actions.recovery_codes_left(request.user) is not None:
        said = "Recovery codes are shown only once: make new ones if you have not seen them."
        messages.info(request, said)
    return redirect("accounts:security")
