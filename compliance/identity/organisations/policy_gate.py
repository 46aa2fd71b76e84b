"""The gate of an organisation's policy: a second factor, and coming by its own provider."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from compliance.identity.organisations import signed_on
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Membership


def lacking(request: Any) -> HttpResponse | None:
    """The page for someone without the proof that the policy asks for; else None.

    An htmx call is refused: the page that made it keeps what was typed.
    """
    page = _asking(request, request.membership)
    request.factor_by = None
    if not page:
        if not _is_proven(request, request.membership):
            request.factor_by = request.organisation.policy.second_factor_from
        return None
    if request.htmx:
        return HttpResponse(status=403)
    return render(request, page, status=403)


def is_open(request: Any, membership: Membership) -> bool:
    """Whether the session shows all that the organisation of a membership asks for.

    Of any membership of the person, not only that of the page: a page on which several
    organisations stand side by side is a door to each of them.
    """
    return not _asking(request, membership)


def lacks_factor(membership: Membership) -> bool:
    """Whether a member's secrets open nothing yet: their tokens, and their calendar address.

    This reads the policy without a session. "Sign-on only" rules how a session begins, so
    it asks nothing here.
    """
    asks = membership.organisation.policy.asks_factor(timezone.localdate())
    return asks and not (membership.user.is_protected or signed_on.is_vouched_for(membership))


def _asking(request: Any, membership: Membership) -> str:
    """The template that asks for what the policy wants and the person lacks; or ""."""
    policy = membership.organisation.policy
    is_past = signed_on.is_past(request, membership.organisation_id)
    if is_past or (policy.sign_on_only and not _came_right(request, membership)):
        return "identity/organisations/sign_on_needed.html"
    asks = policy.asks_factor(timezone.localdate())
    if asks and not _is_proven(request, membership):
        return "identity/organisations/factor_needed.html"
    return ""


def _is_proven(request: Any, membership: Membership) -> bool:
    """Whether more than a password lets the person in there.

    The organisation's provider says how its people prove who they are.
    """
    return request.user.is_protected or signed_on.is_at(request, membership.organisation_id)


def _came_right(request: Any, membership: Membership) -> bool:
    """Whether the session may open an organisation whose people come by its provider.

    Auditors belong to another house. Owners with a second factor are let in past it.
    """
    return (
        membership.role == Role.AUDITOR
        or (membership.role == Role.OWNER and request.user.is_protected)
        or signed_on.is_at(request, membership.organisation_id)
    )
