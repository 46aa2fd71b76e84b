"""Leaving for a provider and coming back: what the session keeps meanwhile."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from compliance.ground.web.mail import absolute
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.organisations.signed_on import Claim, SignedOn
from compliance.identity.sign_on import actions, dns, oidc, saml
from compliance.identity.sign_on.addresses import works_elsewhere
from compliance.identity.sign_on.models import Identity, SignOn
from compliance.identity.sign_on.protocols import Client, Flow, Person
from compliance.identity.sign_on.saml_metadata import Service

_KEY = "sign_on_tries"
_MOST = 5
"""Tries to sign in of one browser at a time, in as many tabs."""
ENTER, CONFIRM, CONNECT, TEST = "enter", "confirm", "connect", "test"
_BY_OWNERS = {TEST}
"""Purposes for which the provider need not be switched on."""


class _Kept(TypedDict):
    organisation: str
    protocol: str
    purpose: str
    user: int | None
    next: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class Return:
    """Somebody who is back."""

    purpose: str
    next: str
    person: Person


def claim(*, email: str, user: User | None, **_: Any) -> Claim | None:
    """The organisation that signs people of an address in by its provider, if any does.

    Owners of that organisation get in past their provider, with a password and a second
    factor: it may be down.
    """
    claimant = actions.claimant(email)
    if claimant is None or (user and _is_spare(claimant, user)):
        return None
    organisation = claimant.organisation
    may_pass = user is not None and works_elsewhere(organisation, user)
    return Claim(organisation.pk, page(claimant), may_pass)


def speaks(*, began: SignedOn, user: User, **_: Any) -> bool:
    """Whether a provider speaks for someone, as it did when their session began: it is on,
    with the same settings, and the domain is still the organisation's if it was.
    """
    rows = SignOn.objects.filter(
        organisation_id=UUID(began["organisation"]),
        is_on=True,
        issuer=began.get("issuer", ""),
        tested_at=began.get("tested_at") or None,
    )
    if began.get("is_own", not began["is_limited"]):
        rows = rows.owning(dns.domain_of(user.email))
    return rows.exists()


def vouches(*, organisation: UUID, people: Collection[int], **_: Any) -> QuerySet[Any]:
    """The people whom the provider of the organisation knows, if it is on."""
    known = Identity.objects.filter(
        organisation=organisation,
        user__in=people,
        organisation__sign_on__is_on=True,
        organisation__sign_on__issuer=F("issuer"),
    )
    return known.values_list("user_id", flat=True)


def page(sign_on: SignOn) -> str:
    """The organisation's own address to sign in at."""
    return reverse("sign_on:enter", args=[sign_on.organisation.slug])


def back(sign_on: SignOn) -> str:
    """The whole address that the provider sends people back to: one of its own for each
    organisation, so that no provider answers for another (RFC 9700, 4.4).
    """
    return absolute(reverse("sign_on:callback", args=[sign_on.organisation.slug]))


def service(organisation: Organisation) -> Service:
    """Attest, as the SAML provider of an organisation knows it; different for each."""
    names = ("sign_on:enter", "sign_on:answer")
    return Service(*(absolute(reverse(name, args=[organisation.slug])) for name in names))


def is_begun(request: HttpRequest, answer: Mapping[str, str]) -> bool:
    """Whether this browser now shows that it began the attempt that an answer is for."""
    return answer.get(saml.Client.known_by, "") in request.session.get(_KEY, {})


def leave(request: HttpRequest, sign_on: SignOn, purpose: str, *, next_: str = "") -> str:
    """The address of the provider to go to. Raises ``ValidationError``."""
    begun = _client(sign_on).begin(is_anew=purpose == CONFIRM, is_test=purpose == TEST)
    flows: dict[str, _Kept] = request.session.get(_KEY, {})
    for old in list(flows)[: max(0, len(flows) - _MOST + 1)]:
        del flows[old]
    flows[begun.key] = _Kept(
        organisation=str(sign_on.pk),
        protocol=sign_on.protocol,
        purpose=purpose,
        user=request.user.pk,
        next=next_,
        flow=begun.flow,
    )
    request.session[_KEY] = flows
    return begun.address


def come_back(request: HttpRequest, sign_on: SignOn, answer: Mapping[str, str]) -> Return:
    """The person who is back, and the purpose; each try counts once. Raises ``ValidationError``."""
    client = _client(sign_on)
    flows: dict[str, _Kept] = request.session.get(_KEY, {})
    kept = flows.pop(answer.get(client.known_by, ""), None)
    if kept:
        request.session[_KEY] = flows
        request.session.save()  # used up, also for a second request that is on its way
    begun_at = str(sign_on.pk), sign_on.protocol
    if kept is None or (kept["organisation"], kept["protocol"]) != begun_at:
        msg = "This browser did not begin to sign in here, or did so long ago. Begin again."
        raise ValidationError(msg)
    if kept["purpose"] != ENTER and kept["user"] != request.user.pk:
        msg = "Somebody else is signed in by now. Begin again."
        raise ValidationError(msg)
    if not sign_on.is_on and kept["purpose"] not in _BY_OWNERS:
        msg = "Your organisation has switched this off meanwhile."
        raise ValidationError(msg)
    person = client.finish(kept["flow"], answer)
    if person.once:
        actions.use_up(organisation=sign_on.organisation, once=person.once)
    return Return(kept["purpose"], kept["next"], person)


def _client(sign_on: SignOn) -> Client:
    if sign_on.is_saml:
        return saml.Client(
            sign_on.issuer,
            sign_on.sign_in_at,
            sign_on.certificates,
            sign_on.metadata_url,
            sign_on.trusts_addresses,
            service(sign_on.organisation),
            sign_on.pk,
        )
    try:
        secret = sign_on.open_secret()
    except ValueError:
        secret = ""
    if not secret:
        msg = "Attest cannot decrypt the provider's secret. Ask an owner to enter it again at Sign-on."
        raise ValidationError(msg)
    return oidc.Client(sign_on.issuer, sign_on.client_id, secret, back(sign_on), sign_on.pk)


def _is_spare(claimant: SignOn, user: User) -> bool:
    is_owner = claimant.organisation.memberships.filter(user=user, role=Role.OWNER)
    return is_owner.exists() and actions.is_spare(user)
