"""Signing in at a provider, as tests of both protocols do it."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from compliance.identity.organisations.actions import set_policy
from compliance.identity.sign_on import actions
from compliance.models import SignOn
from tests.support.page_text import flat

NEW = {"email": "new@acme.example", "email_verified": True, "name": "Nadia New"}


def protect(user):
    """Give somebody a second factor."""
    return Authenticator.objects.create(user=user, type="webauthn", data={"name": "Key"})


SHUTS_OUT = ["second_factor_from", "sign_on_only"]
"""Rules of a policy that ask for more than a password."""


def shut_out(owner, organisation, rule):
    """Close the organisation to whoever comes with a password alone."""
    protect(owner)
    value = timezone.localdate() if rule == "second_factor_from" else True
    set_policy(by=owner, organisation=organisation, **{rule: value})


def show(owner, organisation, domain):
    """The organisation shows that a domain is its own."""
    row = actions.add_domain(by=owner, organisation=organisation, name=domain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions.dns, "texts_of", lambda _: [row.record])
        actions.verify_domain(by=owner, domain=row)
    return row


def switch_on(owner, organisation, domain=""):
    """Test the provider that is set, show the domain and switch sign-on on."""
    protect(owner)
    sign_on = SignOn.objects.get(organisation=organisation)
    actions.mark_tested(by=owner, sign_on=sign_on)
    if domain:
        show(owner, organisation, domain)
    return actions.switch(by=owner, organisation=organisation, is_on=True)


def leave(client, path="/sign-on/acme/"):
    """The address at the provider, from the page that leads there."""
    page = client.get(path)
    assert page.status_code == 200, flat(page.content.decode())
    return page.context["address"]


def is_in(client):
    """Whether somebody is signed in."""
    return "_auth_user_id" in client.session


def refused(reply, words):
    """Nobody got in, and the page says why."""
    assert reply.status_code == 403
    assert words in flat(reply.text), flat(reply.text)
    assert not is_in(reply.client)
    return True


def age(client):
    """The session was proven too long ago for what outlives it."""
    session = client.session
    for one in session["account_authentication_methods"]:
        one["at"] -= 3600
    session.save()


def set_saml_up(client, provider, at="acme", **form):
    """An owner gives the provider and Attest each other's metadata."""
    page = f"/o/{at}/sign-on/"
    provider.services.append(client.get(f"{page}metadata/").content.decode())
    typed = {"protocol": "saml", "default_role": "reader"} | form
    if "metadata" not in form:
        typed |= {"metadata_url": provider.entity}
    reply = client.post(page, typed)
    assert reply.status_code == 302, flat(reply.text)


def come_by_saml(client, provider, at="acme", address="", **attributes):
    """Sign in at the provider and come back: the page."""
    form = provider.sign_in(address or leave(client, f"/sign-on/{at}/"), **attributes)
    return client.post(f"/sign-on/{at}/answer/", form)


def press_sign(client, sent):
    """Press "Sign" on a review without a password, as members of a provider do."""
    page = client.get(reverse("reviews:review", args=["acme", sent.pk]))
    form = {
        "seen": page.context["seen"],
        "role": "DPO",
        "reservations": "",
        "password": "",
    }
    return client.post(reverse("reviews:sign", args=["acme", sent.pk]), form)
