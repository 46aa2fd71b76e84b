"""Signing in at a provider of SAML 2.0: its settings, the way there and back."""

import html
import re
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from lxml import etree
from saml2.saml import NAMEID_FORMAT_EMAILADDRESS

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.identity.organisations import actions as members
from compliance.identity.organisations.choices import Role
from compliance.identity.sign_on import actions, protocols
from compliance.models import (
    Event,
    Identity,
    Membership,
    SignOff,
    SignOn,
    UsedAnswer,
    User,
)
from compliance.proof.audit import tables, trail
from tests.support import oidc_provider, signing
from tests.support.mail_queue import send_queued
from tests.support.page_text import flat
from tests.support.provider_sign_in import (
    age,
    is_in,
    leave,
    press_sign,
    protect,
    refused,
    show,
    switch_on,
)
from tests.support.provider_sign_in import come_by_saml as come
from tests.support.provider_sign_in import set_saml_up as set_up
from tests.support.saml_provider import NADIA

pytestmark = pytest.mark.slow
PAGE = "/o/acme/sign-on/"


# Coming in


def test_new_colleague_comes_in_with_the_default_role(acme, provider):
    client = Client()
    assert come(client, provider, **NADIA).url == "/o/acme/"
    member = Membership.objects.get(user__email="new@acme.example")
    assert (member.role, member.user.name) == ("reader", "Nadia")
    assert client.get("/o/acme/").status_code == 200
    assert Identity.objects.get().subject == "persistent sub-1"
    names = set(Event.objects.values_list("action", flat=True))
    assert {"identity.connected", "member.signed_on", "account.made"} <= names
    assert list(tables.faults(acme.pk)) == []


def test_identity_is_the_subject_whatever_the_address_says_later(acme, provider):
    come(Client(), provider, **NADIA)
    client = Client()
    come(client, provider, **NADIA | {"mail": "boss@acme.example"})
    person = User.objects.get(pk=client.session["_auth_user_id"])
    assert person.email == "new@acme.example"


def test_group_gives_a_role_at_each_sign_in(acme, cast, provider):
    actions.add_group(by=cast.ada, organisation=cast.acme, group="x", role="officer")
    come(Client(), provider, **NADIA, groups=["w", "x"])
    assert Membership.objects.get(user__email="new@acme.example").role == "officer"


def test_same_name_of_another_kind_is_another_person(acme, provider):
    """A person at the browser may ask the provider for a name that they choose."""
    come(Client(), provider, **NADIA)
    other = NADIA | {"mail": "other@acme.example"}
    come(Client(), provider, **other, kind=NAMEID_FORMAT_EMAILADDRESS)
    subjects = dict(Identity.objects.values_list("user__email", "subject"))
    assert subjects == {
        "new@acme.example": "persistent sub-1",
        "other@acme.example": "emailAddress sub-1",
    }


def test_browser_that_keeps_its_cookie_back_is_asked_once_more(acme, provider):
    """As after a POST by another site: a page of this one posts the answer again."""
    client = Client()
    form = provider.sign_in(leave(client), **NADIA)
    outside = Client(enforce_csrf_checks=True)
    page = outside.post("/sign-on/acme/answer/", form)
    assert page.status_code == 200
    assert not outside.cookies  # a new one would end the session that is kept back
    carried = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert carried == {**form, "carried": "yes"}
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/sign-on/acme/answer/", carried).url == "/o/acme/"
    assert is_in(strict)


def test_text_of_an_answer_stays_text_on_the_page_that_carries_it(acme):
    form = {"SAMLResponse": '"><script>x</script>', "RelayState": "<b>", "more": "no"}
    page = Client().post("/sign-on/acme/answer/", form)
    assert "<script>x" not in page.text
    assert "<b>" not in page.text
    assert "more" not in re.findall(r'name="(\w+)"', page.text)


def test_request_is_signed_and_a_changed_one_is_noticed(acme, provider):
    address = leave(Client())
    asked, _ = provider.asks(address)
    assert asked.name_id_policy.format.endswith(":persistent")
    assert asked.force_authn is None
    bent = address.replace("RelayState=", "RelayState=x")
    with pytest.raises(Exception, match="not signed correctly"):
        provider.asks(bent)


def test_retired_key_signs_until_it_is_deleted_and_providers_get_both(
    ada, cast, provider, settings, tmp_path
):
    """So that each provider can take the new metadata when it likes."""
    settings.KEYS_DIR = tmp_path
    set_up(ada, provider)
    switch_on(cast.ada, cast.acme, "acme.example")
    retired = (tmp_path / "saml.pem").rename(tmp_path / "saml.pem.retired")
    provider.asks(leave(Client()))
    both = ada.get(f"{PAGE}metadata/").content.decode()
    assert both.count("<ds:X509Certificate>") == 2
    [before] = provider.services
    assert certificates_in(before) == certificates_in(both)[:1]
    provider.services = [both]
    provider.asks(leave(Client()))
    retired.unlink()
    provider.asks(leave(Client()))
    new = ada.get(f"{PAGE}metadata/").content.decode()
    assert certificates_in(new) == certificates_in(both)[1:]


def certificates_in(metadata):
    return re.findall("<ds:X509Certificate>(.+?)<", metadata)


# Owners of an address


PLAIN = {"mail": "new@acme.example", "displayName": "N"}
UNSURE = "does not say that new@acme.example is your address"


def test_address_counts_where_the_provider_says_so(acme, provider):
    assert refused(come(Client(), provider, **PLAIN), UNSURE)
    assert refused(come(Client(), provider, **PLAIN, email_verified="false"), UNSURE)
    assert come(Client(), provider, **PLAIN, email_verified="1").status_code == 302


def test_address_counts_where_the_owner_says_so_of_all(ada, cast, provider):
    set_up(ada, provider, trusts_addresses="on")
    switch_on(cast.ada, cast.acme, "acme.example")
    assert refused(come(Client(), provider, **PLAIN, email_verified="false"), UNSURE)
    assert come(Client(), provider, **PLAIN).status_code == 302


def test_owner_who_says_so_later_has_each_domain_shown_anew(acme, ada, cast, provider):
    """The person who published the record did so for a provider that confirms addresses."""
    come(Client(), provider, **NADIA)
    set_up(ada, provider, trusts_addresses="on")
    assert not cast.acme.domains.get().verified_at
    assert Identity.objects.get().user.email == "new@acme.example"  # who is known stays
    show(cast.ada, cast.acme, "b.example")
    set_up(ada, provider)
    assert cast.acme.domains.get(name="b.example").verified_at


# The end of sessions, and being asked again: the code is that of OpenID Connect


def test_session_ends_with_the_settings_that_it_began_by(acme, ada, cast, provider):
    client = Client()
    come(client, provider, **NADIA)
    set_up(ada, provider, default_role="officer")  # no other provider: nothing ends
    assert client.get("/o/acme/").status_code == 200
    set_up(ada, provider, trusts_addresses="on")
    client.get("/o/acme/")
    assert not is_in(client)


@pytest.fixture
def signer(acme, cast, provider):
    """Nadia, a reviewer without a password, signed in; an assessment to sign."""
    sent = signing.make_sent(cast)
    come(Client(), provider, **NADIA)
    member = Membership.objects.get(user__email="new@acme.example")
    members.change_role(by=cast.ada, membership=member, role=Role.REVIEWER)
    client = Client()
    come(client, provider, **NADIA)
    return client, sent


def test_signature_is_asked_anew_and_names_the_provider(signer, provider):
    client, sent = signer
    page = press_sign(client, sent)
    path = html.unescape(re.search(r'href="(/sign-on/acme/[^"]*)"', page.text)[1])
    address = leave(client, path)
    assert provider.asks(address)[0].force_authn == "true"
    early = time.time() - 20
    stale = come(client, provider, address=address, asked_at=early)
    assert "did not ask who you are just now" in flat(stale.text)
    assert press_sign(client, sent).status_code == 422
    other = come(client, provider, address=leave(client, path), subject="sub-2")
    assert "you are somebody else" in flat(other.text)
    done = come(client, provider, address=leave(client, path))
    assert done.status_code == 200
    assert press_sign(client, sent).status_code == 302
    assert SignOff.objects.get().method == "sign-on"
    event = Event.objects.get(action="assessment.signed")
    host = provider.url.partition("//")[2]
    assert event_in_words(event.action, *trail.changes(event)).endswith(f"sign-on; “{host}”")


def test_silent_sign_in_never_counts_as_asked_just_now(acme, cast, provider):
    """Some providers say the time of the answer, whoever was asked when."""
    come(Client(), provider, **NADIA)
    member = Membership.objects.get(user__email="new@acme.example")
    members.change_role(by=cast.ada, membership=member, role=Role.OWNER)
    client = Client()
    come(client, provider, **NADIA)
    assert client.post(f"{PAGE}domains/", {"name": "a.test"}).status_code == 422
    come(client, provider)
    assert client.post(f"{PAGE}domains/", {"name": "a.test"}).status_code == 302
    age(client)
    assert client.post(f"{PAGE}domains/", {"name": "b.test"}).status_code == 422


def test_two_protocols_and_one_person_in_both(acme, cast, provider):
    """Each organisation has a provider of its own."""
    with oidc_provider.provider() as oidc:
        actions.set_provider(
            by=cast.zoe,
            organisation=cast.other,
            issuer=oidc.issuer,
            client_id="attest",
            secret=oidc_provider.SECRET,
            default_role="reader",
        )
        switch_on(cast.zoe, cast.other)
        client = Client()
        come(client, provider, **NADIA)
        person = User.objects.get(email="new@acme.example")
        with actions.writing():
            members.join(cast.zoe, cast.other, person, Role.READER)
        members.set_policy(by=cast.zoe, organisation=cast.other, other_providers=True)
        come(client, provider)  # asked again: connecting outlives a session
        address = client.post("/o/other/sign-on/connect/").context["address"]
        answer = oidc.sign_in(address, sub="n")
        assert client.get("/sign-on/other/callback/", answer).url == "/o/other/"
        for path in ("/sign-on/acme/callback/", "/sign-on/other/answer/"):
            assert Client().get(path).status_code in {404, 405}
        assert Client().post("/sign-on/other/answer/", {}).status_code == 404
    assert person.identities.count() == 2


def test_try_by_one_protocol_is_over_with_the_other(acme, cast, provider):
    """Some providers call themselves the same by both."""
    client = Client()
    sent = provider.sign_in(leave(client), **NADIA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions.outgoing, "refuse_address", lambda _: None)
        actions.set_provider(
            by=cast.ada,
            organisation=cast.acme,
            issuer=provider.entity,
            client_id="attest",
            secret=oidc_provider.SECRET,
            default_role="",
        )
    answer = {"state": sent["RelayState"], "code": "x"}
    reply = client.get("/sign-on/acme/callback/", answer)
    assert refused(reply, "did not begin to sign in here")


# The page of owners


def test_owner_sets_tests_and_switches_it_on(ada, cast, provider):
    set_up(ada, provider, metadata_url="", metadata=provider.metadata.decode())
    address = ada.post(f"{PAGE}test/").context["address"]
    page = come(ada, provider, address=address, **NADIA)
    assert "The provider works" in flat(page.text)
    assert "new@acme.example" in flat(page.text)
    protect(cast.ada)
    assert ada.post(f"{PAGE}switch/", {"is_on": "yes"}).status_code == 302
    page = flat(ada.get(PAGE).text)
    assert "http://testserver/sign-on/acme/answer/" in page
    assert "valid until" in page
    ada.post(PAGE, {"protocol": "saml", "default_role": ""})
    assert SignOn.objects.get().is_on  # the file stays, and nothing else was changed
    event = Event.objects.filter(action="sign_on.set").latest("seq")
    before, after = trail.changes(event)
    assert (before["default_role"], after["default_role"]) == ("reader", "")
    assert before["certificates"] == after["certificates"]


@pytest.mark.parametrize("typed", ["", "both", "page", "two", "dtd", "none", "over"])
def test_metadata_that_are_no_good_are_refused_in_words(ada, provider, typed):
    good = provider.metadata.decode()
    over = good.replace("entityID=", 'validUntil="2026-01-02T00:00:00Z" entityID=')
    form, words = {
        "": ({}, "Enter the address of the provider"),
        "both": ({"metadata_url": provider.entity, "metadata": good}, "not both"),
        "page": ({"metadata": "<html></html>"}, "not the metadata of a provider"),
        "two": (
            {"metadata": f"<x>{re.sub('^<.xml.*?>', '', good) * 2}</x>"},
            "describes 2 providers",
        ),
        "dtd": ({"metadata": f"<!DOCTYPE x>{good}"}, "document type"),
        "none": ({"metadata": "hello"}, "is not well-formed XML"),
        "over": ({"metadata": over}, "expired on 2026-01-02"),
    }[typed]
    page = ada.post(PAGE, {"protocol": "saml", "default_role": ""} | form)
    assert page.status_code == 422
    assert words in flat(page.text)
    assert not SignOn.objects.exists()
    if "metadata" in form:
        assert html.escape(form["metadata"][:40]) in page.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("HTTP-Redirect", "HTTP-POST"), "HTTP-Redirect"),
        (("http://127.0.0.1", "http://10.0.0.1"), "in a private network"),
        (("SAML:2.0:protocol", "SAML:1.1:protocol"), "not the metadata of a provider"),
        (('use="signing"', 'use="encryption"'), "no signing certificate"),
    ],
)
def test_metadata_of_what_is_no_usable_provider(ada, provider, change, words):
    text = provider.metadata.decode().replace(*change)
    page = ada.post(PAGE, {"protocol": "saml", "default_role": "", "metadata": text})
    assert page.status_code == 422
    assert words in flat(page.text)


def test_weak_key_is_no_certificate(ada, provider):
    provider.key = "weak"
    text = provider.metadata.decode()
    page = ada.post(PAGE, {"protocol": "saml", "default_role": "", "metadata": text})
    assert "RSA of 2048 bits" in flat(page.text)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ((404, b"no"), "replies with status 404"),
        ((200, b"<html></html>"), "not the metadata of a provider"),
        ((200, b"x" * 1_000_001), "sent more than"),
    ],
)
def test_address_without_metadata_is_refused_with_what_was_typed(ada, provider, said, words):
    provider.said["/metadata"] = said
    form = {"protocol": "saml", "default_role": "", "metadata_url": provider.entity}
    page = ada.post(PAGE, form)
    assert page.status_code == 422
    assert words in flat(page.text)
    assert f'value="{provider.entity}"' in page.text


def test_address_in_a_private_network_is_not_called(ada, provider, settings):
    settings.PRIVATE_NETWORKS = []
    form = {"protocol": "saml", "default_role": "", "metadata_url": provider.entity}
    assert "The address begins with https://" in flat(ada.post(PAGE, form).text)
    assert provider.asked == []


# Certificates that change


def test_new_certificate_at_the_address_counts_once_it_is_asked_again(acme, cast, provider, monkeypatch):
    assert come(Client(), provider, **NADIA).status_code == 302
    provider.key = "next"
    reply = come(Client(), provider, **NADIA)
    assert refused(reply, "No valid certificate of the provider")
    cache.delete(protocols.named(f"saml {provider.entity}", "asked"))  # ten minutes later
    assert come(Client(), provider, **NADIA).status_code == 302
    assert cast.acme.domains.get().verified_at


def test_both_certificates_of_a_change_count(ada, cast, provider):
    old = provider.metadata.decode()
    provider.key = "next"
    key = re.search(r"<[^<>]*KeyDescriptor.*?</[^<>]*KeyDescriptor>", old, re.S)[0]
    both = re.sub(
        r"(<[^<>]*KeyDescriptor)",
        lambda _: key + _[0],
        provider.metadata.decode(),
        count=1,
    )
    set_up(ada, provider, metadata=both)
    assert len(SignOn.objects.get().certificates.split()) == 2
    switch_on(cast.ada, cast.acme, "acme.example")
    for name in ("next", "own"):
        provider.key = name
        assert come(Client(), provider, **NADIA).status_code == 302


def test_provider_by_the_same_name_speaks_for_nobody_of_before(acme, ada, cast, provider, listening):
    """An entity ID proves nothing: an owner writes it into a file of their own."""
    come(Client(), provider, **NADIA)
    actions.connect(by=cast.con, organisation=cast.acme, person=_con(provider))
    evil = listening[1]
    evil.entity, evil.key, evil.services = provider.entity, "evil", provider.services
    set_up(ada, evil, metadata=evil.metadata.decode())
    assert not Identity.objects.exists()
    assert not cast.acme.domains.get().verified_at
    actions.mark_tested(by=cast.ada, sign_on=SignOn.objects.get())
    actions.switch(by=cast.ada, organisation=cast.acme, is_on=True)
    reply = come(Client(), evil, subject="con", **NADIA)
    assert refused(reply, "has not verified the domain")
    assert list(tables.faults(acme.pk)) == []
    forgotten = Event.objects.filter(action="identity.forgotten")
    assert forgotten.count() == 2
    [mail] = [one for one in send_queued() if "a metadata file that" in one.body]
    assert f"signs people in at {evil.url.partition('//')[2]}" in mail.body


def _con(provider):
    return actions.Person(
        issuer=provider.entity,
        subject="persistent con",
        email="",
        is_verified=False,
        name="",
        groups=(),
    )


def test_file_with_fewer_certificates_keeps_the_domains(ada, cast, provider):
    set_up(ada, provider, metadata=provider.metadata.decode())
    switch_on(cast.ada, cast.acme, "acme.example")
    set_up(ada, provider, metadata=provider.metadata.decode())
    assert SignOn.objects.get().is_on
    assert cast.acme.domains.get().verified_at


def test_address_that_names_another_provider_lets_nobody_in(acme, provider):
    text = provider.metadata.replace(b'/metadata"', b'/other"')
    provider.said["/metadata"] = 200, text
    cache.clear()
    assert refused(Client().get("/sign-on/acme/"), "now belongs to another provider")


def test_switch_to_the_other_protocol_and_back_lets_domains_lapse(acme, ada, cast):
    form = {"issuer": "https://login.example", "client_id": "a", "default_role": ""}
    page = ada.post(PAGE, form | {"protocol": "oidc"})
    assert "Write the secret" in flat(page.text)
    ada.post(PAGE, form | {"protocol": "oidc", "secret": "s"})
    found = SignOn.objects.get()
    assert (found.protocol, found.metadata_url, found.is_on) == ("oidc", "", False)
    assert not cast.acme.domains.get().verified_at


def test_answer_counts_once_in_the_database(cast):
    once = protocols.OneTimeAnswer("a" * 64, timezone.now() + timedelta(minutes=2))
    actions.use_up(organisation=cast.acme, once=once)
    with pytest.raises(ValidationError, match="used already"):
        actions.use_up(organisation=cast.acme, once=once)
    actions.use_up(organisation=cast.other, once=once)
    UsedAnswer.objects.update(until=timezone.now())
    later = protocols.OneTimeAnswer("b" * 64, timezone.now() + timedelta(minutes=2))
    actions.use_up(organisation=cast.acme, once=later)
    assert UsedAnswer.objects.get().digest == later.digest  # the others have run out


def test_own_metadata_is_valid_saml(ada):
    reply = ada.get(f"{PAGE}metadata/")
    assert "attachment" in reply.headers["Content-Disposition"]
    root = etree.fromstring(reply.content)
    assert root.get("entityID") == "http://testserver/sign-on/acme/"
