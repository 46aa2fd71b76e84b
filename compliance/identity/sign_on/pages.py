"""Contexts and replies that pages of sign-on share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from compliance.ground.web.mail import absolute
from compliance.identity.organisations.access import MemberRequest
from compliance.identity.organisations.models import User
from compliance.identity.organisations.rate_limits import within
from compliance.identity.organisations.sign_in_log import log_refusal
from compliance.identity.sign_on import actions, dns, entrance, protocols, saml_metadata
from compliance.identity.sign_on.choices import Protocol
from compliance.identity.sign_on.forms import DomainForm, GroupForm, ProviderForm, SamlForm
from compliance.identity.sign_on.models import SignOn

_TRIES = {"sign_on": "300/m/ip"}
"""A company comes from one address on a Monday morning, with two calls for each person.

Nothing is counted by organisation: strangers would use that up, and lock its people out.
``web/outgoing.py`` bounds how often a provider is asked at once.
"""


def may_try(request: HttpRequest) -> bool:
    """Whether a network may ask for a provider once more this minute; it is counted then."""
    return within(request, _TRIES, limit_get=True)


def settings_page(request: MemberRequest, status: int = 200, **extra: Any) -> HttpResponse:
    """The page of owners, with what was typed and refused."""
    organisation = request.organisation
    found = SignOn.objects.filter(organisation=organisation).first()
    sign_on = found or SignOn(organisation=organisation)
    sign_on.organisation = organisation
    asked = request.POST.get("protocol") or request.GET.get("protocol")
    is_saml = (asked or sign_on.protocol) == Protocol.SAML
    kind = SamlForm if is_saml else ProviderForm
    context = {
        "sign_on": found,
        "form": kind(organisation=organisation),
        "is_saml": is_saml,
        "service": entrance.service(organisation),
        "certificates": saml_metadata.opened(sign_on.certificates),
        "domain_form": DomainForm(auto_id="domain-%s"),
        "group_form": GroupForm(auto_id="group-%s"),
        "domains": organisation.domains.order_by("name"),
        "groups": organisation.group_roles.order_by("group"),
        "back": entrance.back(sign_on),
        "own": absolute(reverse("sign_on:enter", args=[organisation.slug])),
        "prefix": dns.PREFIX,
        "spare": actions.spare_owners(organisation),
        "stuck": actions.locked_out(found) if found and found.is_on else [],
        "problems": [],
    } | extra
    return render(request, "identity/sign_on/provider.html", context, status=status)


def leaving(request: HttpRequest, sign_on: SignOn, purpose: str, *, next_: str = "") -> HttpResponse:
    """The page with the way to the provider, which names where it leads.

    A link and no form: a browser keeps forms on this site (CSP ``form-action``).
    """
    address = entrance.leave(request, sign_on, purpose, next_=next_)
    context = {"sign_on": sign_on, "address": address, "purpose": purpose}
    return render(request, "identity/sign_on/leave.html", context)


def refused(request: HttpRequest, sign_on: SignOn, error: ValidationError) -> HttpResponse:
    """Why somebody is not let in, and where to begin again; or that the provider is slow."""
    is_slow = isinstance(error, protocols.UnreachableError)
    context = {"sign_on": sign_on, "problems": error.messages, "is_slow": is_slow}
    status = 503 if is_slow else 403
    if not is_slow:
        log_refusal(request, f"sign-on of {sign_on.organisation.slug}")
    return render(request, "identity/sign_on/refused.html", context, status=status)


def standing(slug: str) -> SignOn | None:
    """The provider of the organisation with this address, if it has set one."""
    rows = SignOn.objects.filter(organisation__slug=slug)
    return rows.select_related("organisation").first()


def is_unconnected(user: User, sign_on: SignOn) -> bool:
    """Whether someone is a member whom the provider does not know yet.

    A session that is limited to another organisation learns of no membership.
    """
    is_member = any(one.organisation_id == sign_on.pk for one in user.came_with or ())
    own = sign_on.organisation.identities.filter(user=user, issuer=sign_on.issuer)
    return is_member and not own.exists()
