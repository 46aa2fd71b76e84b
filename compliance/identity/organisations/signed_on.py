"""Sessions that began at the provider of an organisation (room ``sign_on``).

Such a provider speaks for the people of its own organisation alone. Other organisations and
the account open once the person has said yes by means of their own. Without it, those
organisations open whose policy lets in people with such an address, and whose owners have
said so, or let the person in, since the provider's organisation has had its domain.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from compliance.identity.organisations.events import POLICY_CHANGED
from compliance.identity.organisations.models import (
    RIGHTS_OVER_ALL,
    Membership,
    Organisation,
    User,
)
from compliance.proof.audit import trail

_KEY, _PROOF, _PAST = "signed_on", "signed_on_proof", "signed_on_past"
_OPEN = {"organisations:front", "account_logout"}
"""Pages of no organisation that a limited session opens, besides the public ones."""
claims = Signal()
"""Someone proves to Attest that an ``email`` is theirs: ``user`` or, of a new one, None.
The room of sign-on replies with the ``Claim`` of whoever signs such people in."""
withholds = Signal()
"""A ``user`` asks for a password by mail. The room of sign-on replies whether the address may
have come to a stranger."""
still_speaks = Signal()
"""Someone opens a page in a session that ``began`` at a provider, as ``user``. The room of
sign-on replies whether that provider still speaks for them."""
vouches = Signal()
"""Are some ``people`` known by more than a password, without a session? The room of sign-on
replies with those whom the provider of the ``organisation`` signs in."""
ENDED = "Your organisation changed how it signs you in. Sign in again."


class SignedOn(TypedDict):
    """Where a session began."""

    organisation: str
    slug: str
    name: str
    issuer: str
    tested_at: str
    user: int
    is_own: bool
    """Whether the organisation has shown that the person's address is its own."""
    is_limited: bool
    owned_since: str
    """The moment from which on it has shown that, or ""."""


class Claim(NamedTuple):
    """An organisation that signs people of an address in at a page of its own."""

    organisation: UUID
    page: str
    may_pass: bool
    """Whether they sign in here all the same, since they work elsewhere, too: the session
    then opens all but this organisation."""


class _Proof(TypedDict):
    path: str
    provider: str
    at: float


def claim_on(email: str, user: User | None = None) -> Claim | None:
    """Who signs people of an address in; None for nearly everybody."""
    responses: list[tuple[Any, Any]] = claims.send(sender=User, email=email, user=user)
    return next((claim for _, claim in responses if claim), None)


def has_no_password_by_mail(user: User) -> bool:
    """Whether a mail to the address of an account sets no password of it."""
    return any(is_so for _, is_so in withholds.send(sender=User, user=user))


def is_vouched_for(membership: Membership) -> bool:
    """Whether the provider of the organisation signs a member in, were there a session."""
    person = membership.user_id
    return person in vouched_for(membership.organisation_id, [person])


def vouched_for(organisation: UUID, people: Collection[int]) -> set[int]:
    """Those of some people whom the provider of the organisation signs in."""
    responses: list[tuple[Any, Any]] = vouches.send(
        sender=Membership, organisation=organisation, people=people
    )
    return {person for _, known in responses for person in known}


def remember(
    request: HttpRequest,
    user: User,
    organisation: Organisation,
    *,
    issuer: str,
    tested_at: datetime | None,
    owned_since: datetime | None,
    is_limited: bool,
) -> None:
    """Keep where the session of a person begins; they may still be asked for a factor."""
    request.session[_KEY] = SignedOn(
        organisation=str(organisation.pk),
        slug=organisation.slug,
        name=organisation.name,
        issuer=issuer,
        tested_at=tested_at.isoformat() if tested_at else "",
        user=user.pk,
        is_own=owned_since is not None,
        is_limited=is_limited,
        owned_since=owned_since.isoformat() if owned_since else "",
    )
    request.session.pop(_PAST, None)


def open_up(request: HttpRequest) -> None:
    """The session opens the whole account from now on."""
    request.session[_KEY] |= {"is_limited": False}


def forget(request: HttpRequest) -> None:
    """Someone signs in without a provider."""
    request.session.pop(_KEY, None)
    request.session.pop(_PAST, None)


def come_past(request: HttpRequest, organisation: UUID) -> None:
    """Someone signs in past the provider of an organisation, which stays shut."""
    request.session[_PAST] = str(organisation)


def is_past(request: Any, organisation: UUID) -> bool:
    """Whether someone signed in past the provider of that organisation."""
    return bool(request.session.get(_PAST) == str(organisation))


def begun(request: Any) -> SignedOn | None:
    """Where the session of whoever is signed in began; None for one that began here."""
    found: SignedOn | None = request.session.get(_KEY)
    return found if found and found["user"] == request.user.pk else None


def is_at(request: Any, organisation_id: UUID) -> bool:
    """Whether the session began at the provider of that organisation."""
    found = begun(request)
    return bool(found and found["organisation"] == str(organisation_id))


def prove(request: HttpRequest, path: str, provider: str) -> None:
    """The provider asked someone again just now who they are: good once, for one address."""
    request.session[_PROOF] = _Proof(path=path, provider=provider, at=time.time())


def use_proof(request: Any, minutes: int) -> str:
    """The provider that said just now, for this address, who they are; "" for none.

    It counts in its own organisation: nobody's provider signs elsewhere.
    """
    found: _Proof | None = request.session.pop(_PROOF, None)
    if found is None or not is_at(request, request.organisation.pk):
        return ""
    request.session.save()  # used up, also for a second request that is on its way
    is_late = abs(time.time() - found["at"]) > minutes * 60
    return "" if is_late or found["path"] != request.path else found["provider"]


def _is_over(request: Any, found: SignedOn) -> bool:
    responses = still_speaks.send(sender=User, began=found, user=request.user)
    return not any(speaks for _, speaks in responses)


def _has_nothing_else(user: User, begun: SignedOn, members: Collection[Membership]) -> bool:
    """Whether an account is its provider's alone, which then opens its pages, too."""
    if not begun["is_own"] or user.has_usable_password() or user.serves_all:
        return False
    real = [one for one in members if not one.organisation.is_sample]
    return all(str(one.organisation_id) == begun["organisation"] for one in real)


def _opens(begun: SignedOn, membership: Membership) -> bool:
    """Whether a session that opens no whole account opens this organisation."""
    if str(membership.organisation_id) == begun["organisation"]:
        return True
    since = begun.get("owned_since")
    if not since or not membership.organisation.policy.other_providers:
        return False
    return membership.joined_at >= datetime.fromisoformat(since) or _was_said(membership, since)


def _was_said(membership: Membership, since: str) -> bool:
    """Whether an owner has let other providers in since the one of the session has its domain."""
    events = trail.events_of(membership.organisation_id).filter(
        subject_label="accesspolicy",
        subject_id=str(membership.organisation_id),
        action=POLICY_CHANGED,
        at__gte=since,
    )
    return any("other_providers" in trail.changes(event)[1] for event in events)


class SignedOnMiddleware:
    """Ends a session with the provider that it began at, and keeps a limited one in the
    organisations that it opens.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: Any, view: Any, _args: Any, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Another organisation is "not found"; the account is refused in words."""
        if _KEY not in request.session or not request.user.is_authenticated:
            return None
        found = begun(request)
        if found and _is_over(request, found):
            logout(request)
            if request.headers.get("HX-Request") != "true":
                messages.info(request, ENDED)
            return None
        if found is None or not found["is_limited"]:
            return None
        members = request.user.came_with or ()
        if _has_nothing_else(request.user, found, members):
            return None
        request.user.came_with = [one for one in members if _opens(found, one)]
        for right in RIGHTS_OVER_ALL:  # none of them, for this request alone
            setattr(request.user, right, False)
        is_public = not getattr(view, "login_required", True)
        if "org" in kwargs or is_public or request.resolver_match.view_name in _OPEN:
            return None
        opened = [one.organisation for one in request.user.came_with]
        context = {"begun": found, "opened": opened, "may_agree": request.user.has_usable_password()}
        return render(request, "identity/organisations/limited.html", context, status=403)
