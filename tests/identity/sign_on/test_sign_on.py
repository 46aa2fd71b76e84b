"""Signing in at the provider of an organisation, and every way in which it is refused."""

import html
import re
import threading
import time
from ipaddress import ip_network

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.ground.web import outgoing
from compliance.identity.organisations import actions as members
from compliance.identity.organisations.actions import make_editor
from compliance.identity.organisations.choices import Role
from compliance.identity.sign_on import actions, oidc, pages, protocols
from compliance.models import Event, Identity, Membership, SignOff, SignOn, User
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import tables, trail
from compliance.proof.audit.transaction import writing
from tests.support import factories, oidc_provider, signing
from tests.support.costs import busy
from tests.support.mail_queue import send_queued
from tests.support.page_text import flat
from tests.support.provider_sign_in import (
    NEW,
    age,
    is_in,
    leave,
    press_sign,
    protect,
    refused,
    show,
    switch_on,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _on_loopback(settings):
    cache.clear()
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.URL = "http://testserver"


@pytest.fixture(scope="module")
def listening():
    with oidc_provider.provider() as one, oidc_provider.provider() as two:
        yield one, two


@pytest.fixture
def provider(listening):
    one = listening[0]
    one.metadata, one.said, one.asked = {}, {}, []
    one.token = one.__class__.token.__get__(one)
    return one


def set_up(owner, organisation, provider, domain="", role="reader"):
    """A provider that is tested and on; its organisation has shown its domain."""
    actions.set_provider(
        by=owner,
        organisation=organisation,
        issuer=provider.issuer,
        client_id="attest",
        secret=oidc_provider.SECRET,
        default_role=role,
    )
    return switch_on(owner, organisation, domain)


@pytest.fixture
def acme(cast, provider):
    return set_up(cast.ada, cast.acme, provider, "acme.example")


def come(client, provider, at="acme", address="", **claims):
    """Sign in at the provider and come back: the page."""
    answer = provider.sign_in(address or leave(client, f"/sign-on/{at}/"), **claims)
    return client.get(f"/sign-on/{at}/callback/", answer)


# Coming in


def test_new_colleague_comes_in_with_the_default_role(acme, provider):
    client = Client()
    assert come(client, provider, **NEW).url == "/o/acme/"
    member = Membership.objects.get(user__email="new@acme.example")
    assert (member.role, member.user.name) == ("reader", "Nadia New")
    assert not member.user.has_usable_password()
    assert client.get("/o/acme/").status_code == 200
    actions_ = list(Event.objects.order_by("seq").values_list("action", flat=True))
    assert {"identity.connected", "member.signed_on", "account.made"} <= set(actions_)


def test_identity_is_the_subject_whatever_the_address_says_later(acme, provider):
    come(Client(), provider, **NEW)
    client = Client()
    come(client, provider, email="boss@acme.example", email_verified=True)
    person = User.objects.get(pk=client.session["_auth_user_id"])
    assert person.email == "new@acme.example"


def test_group_gives_the_role_that_may_most_and_never_an_owner(acme, cast, provider):
    for group, role in (("a", "reader"), ("b", "officer")):
        actions.add_group(by=cast.ada, organisation=cast.acme, group=group, role=role)
    come(Client(), provider, **NEW, groups=["a", "b", "c"])
    assert Membership.objects.get(user__email="new@acme.example").role == "officer"
    come(Client(), provider, **NEW, groups=["a"])
    assert Membership.objects.get(user__email="new@acme.example").role == "reader"
    with pytest.raises(ValidationError):
        actions.add_group(by=cast.ada, organisation=cast.acme, group="x", role="owner")
    Identity.objects.create(organisation=cast.acme, user=cast.ada, issuer=provider.issuer, subject="boss")
    actions.enter(sign_on=acme, person=_person(provider, "boss", groups=("a",)))
    assert Membership.objects.get(user=cast.ada, organisation=cast.acme).role == "owner"


def _person(provider, subject, **fields):
    claims = {"email": "", "is_verified": False, "name": "", "groups": ()} | fields
    return actions.Person(issuer=provider.issuer, subject=subject, **claims)


def test_nobody_comes_uninvited_without_a_default_role(cast, provider):
    set_up(cast.ada, cast.acme, provider, "acme.example", role="")
    assert refused(come(Client(), provider, **NEW), "Ask an owner to invite you")
    assert not User.objects.filter(email="new@acme.example").exists()
    members.invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@acme.example",
        name="N",
        role=Role.OFFICER,
    )
    come(Client(), provider, **NEW)
    assert Membership.objects.get(user__email="new@acme.example").role == "officer"


def test_answers_are_locked_before_the_trail_as_by_whoever_saves_one(acme, cast, provider, monkeypatch):
    """Otherwise a colleague who saves an answer and a newcomer wait for one another."""
    order = []

    def locked(**_):
        order.append("answers")

    def kept(*given, **more):
        order.append("trail")
        return record(*given, **more)

    record = trail.record
    members.invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@acme.example",
        name="N",
        role=Role.OFFICER,
    )
    members.arriving.connect(locked)
    monkeypatch.setattr(trail, "record", kept)
    come(Client(), provider, **NEW)
    assert order[:2] == ["answers", "trail"]


@pytest.mark.parametrize("is_open", [True, False])
def test_sign_up_switched_on_makes_no_other_way_in(acme, provider, settings, is_open):
    settings.SIGN_UP = is_open
    reply = Client().post(
        "/accounts/signup/",
        {
            "email": "new@acme.example",
            "name": "Squatter",
            "password1": "a long password of mine",
            "password2": "a long password of mine",
        },
    )
    assert not User.objects.filter(email="new@acme.example").exists()
    assert ("Your organisation signs you in" in flat(reply.content.decode())) == is_open
    assert come(Client(), provider, **NEW).status_code == 302


def test_removed_member_does_not_come_back_by_the_provider_alone(acme, cast, provider):
    come(Client(), provider, **NEW)
    member = Membership.objects.get(user__email="new@acme.example")
    members.remove_member(by=cast.ada, membership=member)
    assert refused(come(Client(), provider, **NEW), "An owner can invite you again")
    members.invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@acme.example",
        name="N",
        role=Role.READER,
    )
    assert come(Client(), provider, **NEW).status_code == 302


def test_removed_member_does_not_come_back_under_another_address(acme, cast, provider):
    come(Client(), provider, **NEW)
    member = Membership.objects.get(user__email="new@acme.example")
    members.remove_member(by=cast.ada, membership=member)
    other = NEW | {"email": "newer@acme.example"}
    assert refused(come(Client(), provider, **other), "An owner can invite you again")
    assert not User.objects.filter(email="newer@acme.example").exists()
    assert come(Client(), provider, **other, sub="another").status_code == 302
    member = Membership.objects.get(user__email="newer@acme.example")
    members.remove_member(by=cast.ada, membership=member)
    for sub in ("sub-1", "another"):
        assert come(Client(), provider, **other, sub=sub).status_code == 403
    members.invite(
        by=cast.ada,
        organisation=cast.acme,
        email="newer@acme.example",
        name="N",
        role=Role.READER,
    )
    assert come(Client(), provider, **other).status_code == 302
    assert list(tables.faults(cast.acme.pk)) == []


def test_somebody_with_a_factor_is_asked_for_it_after_the_provider(acme, provider):
    come(Client(), provider, **NEW)
    protect(User.objects.get(email="new@acme.example"))
    client = Client()
    assert come(client, provider, **NEW).url == "/accounts/login/second-step/"
    assert not is_in(client)


# Owners of an address


def test_address_of_another_domain_lets_nobody_in(acme, cast, provider):
    cast.zoe.email = "zoe@else.example"
    cast.zoe.save()
    for email in ("zoe@else.example", "zoe@acme.example.evil.example"):
        reply = come(Client(), provider, email=email, email_verified=True)
        assert refused(reply, "has not verified the domain")
    assert not Identity.objects.exists()


@pytest.mark.parametrize("mark", [{}, {"email_verified": False}, {"email_verified": "no"}])
def test_address_that_nobody_confirmed_takes_no_account_over(acme, cast, provider, mark):
    person = factories.make_user("Pat", "pat@acme.example")
    reply = come(Client(), provider, email=person.email, **mark)
    assert refused(reply, "does not say that pat@acme.example is your address")
    assert not Identity.objects.exists()


def test_account_made_with_a_foreign_address_is_taken_from_whoever_made_it(acme, provider, sign_in):
    squatter = factories.make_user("Squatter", "new@acme.example")
    EmailAddress.objects.create(user=squatter, email=squatter.email, verified=False)
    theirs = sign_in(squatter)
    theirs.get("/security/")
    come(Client(), provider, **NEW)
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()
    assert theirs.get("/security/").status_code == 302


def test_claimed_domain_signs_in_there_alone(acme, cast, provider):
    person = factories.make_member(cast.acme, Role.OFFICER, email="old@acme.example")
    client = Client()
    reply = client.post("/accounts/login/", {"login": person.email, "password": factories.PASSWORD})
    assert reply.url == "/sign-on/acme/"
    assert not is_in(client)
    actions.switch(by=cast.ada, organisation=cast.acme, is_on=False)
    client.post("/accounts/login/", {"login": person.email, "password": factories.PASSWORD})
    assert is_in(client)


def test_owner_with_a_factor_gets_in_past_the_provider(acme, cast):
    cast.ada.email = "ada@acme.example"
    cast.ada.save()
    reply = Client().post("/accounts/login/", {"login": cast.ada.email, "password": factories.PASSWORD})
    assert reply.url == "/accounts/login/second-step/"


def test_invitation_elsewhere_makes_no_password_for_a_claimed_address(acme, cast, mailoutbox):
    made = members.invite(
        by=cast.zoe,
        organisation=cast.other,
        email="new@acme.example",
        name="N",
        role=Role.READER,
    )
    client = Client()
    session = client.session
    session["invitation"] = made.token_hash
    session.save()
    assert client.get("/invitation/").url == "/sign-on/acme/"


def test_domain_is_of_one_organisation(acme, cast):
    own = cast.acme.domains.get()
    row = actions.add_domain(by=cast.zoe, organisation=cast.other, name=own.name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions.dns, "texts_of", lambda _: [own.record, row.record])
        with pytest.raises(ValidationError, match="Another organisation"):
            actions.verify_domain(by=cast.zoe, domain=row)
    assert actions.claimant("x@ACME.example") == acme


def test_another_issuer_speaks_for_no_domain_until_it_is_shown_anew(acme, cast, listening):
    """A second owner takes no colleague's account by a provider of their own."""
    two = listening[1]
    eve = factories.make_member(cast.acme, Role.OWNER, email="eve@else.example")
    factories.make_member(cast.other, Role.OWNER, email="victim@acme.example")
    old = cast.acme.domains.get()
    actions.set_provider(
        by=eve,
        organisation=cast.acme,
        issuer=two.issuer,
        client_id="attest",
        secret=oidc_provider.SECRET,
        default_role="reader",
    )
    sent = [mail for mail in send_queued() if two.issuer in mail.body]
    addressees = {to for mail in sent for to in mail.to}
    assert addressees == {"eve@else.example", cast.ada.email}
    actions.mark_tested(by=eve, sign_on=SignOn.objects.get())
    actions.switch(by=eve, organisation=cast.acme, is_on=True)
    asked = {"email": "victim@acme.example", "email_verified": True}
    assert refused(come(Client(), two, **asked), "has not verified the domain")
    new = cast.acme.domains.get()
    assert (new.verified_at, new.code != old.code) == (None, True)
    assert Event.objects.filter(action="domain.lapsed").count() == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions.dns, "texts_of", lambda _: [old.record])
        with pytest.raises(ValidationError, match="There is no text record"):
            actions.verify_domain(by=eve, domain=new)
    assert list(tables.faults(cast.acme.pk)) == []


def test_domain_that_was_shown_before_there_was_a_provider_is_shown_anew(cast, provider):
    """The person who published the record did not know for whom."""
    show(cast.ada, cast.acme, "acme.example")
    actions.set_provider(
        by=cast.ada,
        organisation=cast.acme,
        issuer=provider.issuer,
        client_id="attest",
        secret=oidc_provider.SECRET,
        default_role="reader",
    )
    assert not cast.acme.domains.get().verified_at


def test_another_secret_keeps_the_domains(acme, ada, cast, provider):
    ada.post(PAGE, FORM | {"issuer": provider.issuer, "secret": "another one"})
    assert cast.acme.domains.get().verified_at
    assert "with another one, verify each domain again" in flat(ada.get(PAGE).text)


def test_long_address_is_none_and_not_another_one(acme, cast, provider):
    email = f"new@acme.example{'x' * 250}"
    reply = come(Client(), provider, email=email, email_verified=True)
    assert refused(reply, "sends no email address")


@pytest.mark.parametrize(
    ("hd", "is_verified"),
    [("acme.example", True), ("else.example", False), (None, False)],
)
def test_google_has_to_host_the_domain(hd, is_verified):
    claims = {"iss": "https://accounts.google.com", "sub": "1", "hd": hd} | NEW
    assert oidc._person(claims).is_verified == is_verified


def test_page_warns_once_no_owner_gets_in_past_the_provider(acme, ada, cast):
    words = "nobody could get in. Set up a second factor now."
    assert words not in flat(ada.get(PAGE).text)
    Authenticator.objects.filter(user=cast.ada).delete()
    assert words in flat(ada.get(PAGE).text)


# Two organisations


def test_two_providers_and_one_person_in_both(acme, cast, listening):
    """A foreign provider opens its own organisation for them, and nothing else."""
    one, two = listening
    other = set_up(cast.zoe, cast.other, two)
    come(Client(), one, **NEW)
    person = User.objects.get(email="new@acme.example")
    with writing():
        members.join(cast.zoe, cast.other, person, Role.READER)
    client = Client()
    come(client, one, **NEW)
    assert client.get("/o/other/").status_code == 404
    members.set_policy(by=cast.zoe, organisation=cast.other, other_providers=True)
    assert client.get("/o/other/").status_code == 200
    assert client.get("/sign-on/other/").context["sign_on"] == other
    reply = client.post("/o/other/sign-on/connect/")
    address = reply.context["address"]
    send_queued()
    assert come(client, two, "other", address, sub="n").url == "/o/other/"
    [mail] = send_queued()
    assert (mail.to, mail.subject) == (
        [person.email],
        "Your account is connected to the provider of Other",
    )

    limited = Client()
    assert come(limited, two, "other", sub="n").url == "/o/other/"
    assert limited.get("/o/other/").status_code == 200
    assert limited.get("/o/acme/").status_code == 404
    for path in ("/security/", "/accounts/password/", "/passkeys/ask/"):
        assert limited.get(path).status_code in {403, 405}
    reply = limited.get("/security/")
    assert "This session opens<bdi>Other</bdi>alone" in flat(reply.content.decode())
    assert limited.get("/").url == "/o/other/"


def test_limited_session_learns_of_no_other_membership(acme, cast, listening):
    two = listening[1]
    other = set_up(cast.zoe, cast.other, two)
    person = factories.make_member(cast.other, Role.READER, email="x@else.example")
    Membership.objects.create(organisation=cast.acme, user=person, role=Role.READER)
    Identity.objects.create(organisation=other.organisation, user=person, issuer=two.issuer, subject="x")
    client = Client()
    come(client, two, "other", sub="x")
    page = client.get("/sign-on/acme/")
    assert "identity/sign_on/leave.html" in [one.name for one in page.templates]


def test_limited_session_has_no_right_over_the_library(cast, provider, sign_in):
    """A person who runs a provider does not keep the checklists of all organisations by it."""
    set_up(cast.zoe, cast.other, provider)
    person = factories.make_member(cast.other, Role.OWNER, email="ed@else.example")
    make_editor(by=None, email=person.email)
    actions.connect(by=person, organisation=cast.other, person=_person(provider, "sub-1"))
    page = reverse("checklists:editors", args=["other"])
    client = Client()
    assert come(client, provider, "other").url == "/o/other/"
    assert client.get(page).status_code == 403
    assert sign_in(person).get(page).status_code == 200
    person.refresh_from_db()
    assert person.is_editor


def test_one_provider_does_not_answer_for_another(acme, cast, listening):
    one, two = listening
    set_up(cast.zoe, cast.other, two, "other.example")
    client = Client()
    address = leave(client)
    answer = one.sign_in(address, **NEW)
    for at, change in (
        ("other", {}),  # the state of one organisation at the other's address
        ("acme", {"iss": two.issuer}),
        ("acme", {"iss": ""}),
    ):
        client = Client()
        answer = one.sign_in(leave(client), **NEW)
        assert client.get(f"/sign-on/{at}/callback/", answer | change).status_code == 403
        assert not is_in(client)
    # a token of the other provider, handed over by this one
    client = Client()
    one.token = two.token
    reply = come(client, one, **NEW, iss=two.issuer)
    assert refused(reply, "it is from another provider")


def test_same_subject_at_two_providers_is_two_people(acme, cast, listening):
    one, two = listening
    set_up(cast.zoe, cast.other, two, "other.example")
    come(Client(), one, **NEW)
    come(Client(), two, "other", email="x@other.example", email_verified=True)
    assert Identity.objects.filter(subject="sub-1").values("user").distinct().count() == 2


# The end of sessions


def end_by_switch(cast, _):
    actions.switch(by=cast.ada, organisation=cast.acme, is_on=False)


def end_by_another_secret(cast, provider):
    actions.set_provider(
        by=cast.ada,
        organisation=cast.acme,
        issuer=provider.issuer,
        client_id="attest",
        secret=oidc_provider.SECRET,
        default_role="reader",
    )
    actions.mark_tested(by=cast.ada, sign_on=SignOn.objects.get())
    actions.switch(by=cast.ada, organisation=cast.acme, is_on=True)


def end_by_domain(cast, _):
    actions.remove_domain(by=cast.ada, domain=cast.acme.domains.get())


def end_by_a_pause(cast, _):
    end_by_switch(cast, _)
    actions.mark_tested(by=cast.ada, sign_on=SignOn.objects.get())
    actions.switch(by=cast.ada, organisation=cast.acme, is_on=True)


@pytest.mark.parametrize("end", [end_by_switch, end_by_another_secret, end_by_domain, end_by_a_pause])
def test_session_ends_with_what_it_began_by(acme, cast, provider, end, sign_in):
    client, other = Client(), sign_in(cast.con)
    come(client, provider, **NEW)
    assert client.get("/o/acme/").status_code == 200
    end(cast, provider)
    reply = client.get("/o/acme/", follow=True)
    assert not is_in(client)
    assert "changed how it signs you in" in flat(reply.text)
    assert other.get("/o/acme/").status_code == 200


def test_limited_session_ends_with_the_provider_and_not_with_a_domain(cast, provider):
    acme = set_up(cast.ada, cast.acme, provider, "acme.example")
    actions.connect(by=cast.con, organisation=cast.acme, person=_person(provider, "sub-1"))
    client = Client()
    come(client, provider)
    end_by_domain(cast, provider)
    actions.mark_tested(by=cast.ada, sign_on=acme)  # once more, while it is on
    assert client.get("/o/acme/").status_code == 200
    end_by_switch(cast, provider)
    htmx = client.get("/o/acme/", headers={"HX-Request": "true"})
    assert htmx.status_code == 401


# Tokens, state, nonce


def bend(provider, how):
    provider.token = lambda claims: how(provider, claims)


BENT = {
    "unsigned": (
        lambda _, c: jwt.encode(c, None, "none", {"kid": "one"}),
        "not signed with a key",
    ),
    "secret": (
        lambda _, c: jwt.encode(c, oidc_provider.SECRET * 2, "HS256", {"kid": "one"}),
        "not signed with a key",
    ),
    "forged": (lambda p, c: p.forged(c), "signature is wrong"),
    "audience": (
        lambda p, c: type(p).token(p, c | {"aud": "other"}),
        "for another program",
    ),
    "audiences": (
        lambda p, c: type(p).token(p, c | {"aud": ["attest", "other"]}),
        "for other programs, too",
    ),
    "nonce": (
        lambda p, c: type(p).token(p, c | {"nonce": "x"}),
        "belongs to another attempt",
    ),
    "no nonce": (
        lambda p, c: type(p).token(p, {k: c[k] for k in c if k != "nonce"}),
        "belongs to another attempt",
    ),
    "old": (
        lambda p, c: type(p).token(p, c | {"exp": c["iat"] - 200}),
        "it has run out",
    ),
    "no expiry": (
        lambda p, c: type(p).token(p, {k: c[k] for k in c if k != "exp"}),
        "it is not whole",
    ),
    "none": (lambda _, c: None, "sent no ID token"),
}


@pytest.mark.parametrize("kind", BENT)
def test_bent_token_is_refused_in_words(acme, provider, kind):
    how, words = BENT[kind]
    bend(provider, how)
    assert refused(come(Client(), provider, **NEW), words)
    assert not User.objects.filter(email="new@acme.example").exists()


def test_state_is_of_this_browser_and_counts_once(acme, provider):
    client, other = Client(), Client()
    answer = provider.sign_in(leave(client), **NEW)
    for state in ("", "x", answer["state"]):
        reply = other.get("/sign-on/acme/callback/", answer | {"state": state})
        assert refused(reply, "did not begin to sign in here")
    assert client.get("/sign-on/acme/callback/", answer).status_code == 302
    again = client.get("/sign-on/acme/callback/", answer)
    assert again.status_code == 403


def test_address_may_come_from_the_second_answer_if_it_is_of_the_same_person(acme, provider):
    provider.said["/me"] = 200, NEW | {"sub": "another"}
    assert refused(come(Client(), provider), "answers name two people")
    provider.said["/me"] = 200, NEW | {"sub": "sub-1"}
    assert come(Client(), provider).url == "/o/acme/"


def test_refusal_of_the_provider_is_shown(acme, provider):
    client = Client()
    answer = provider.sign_in(leave(client))
    del answer["code"]
    reply = client.get("/sign-on/acme/callback/", answer | {"error": "access_denied"})
    assert refused(reply, "refused the sign-in: access_denied")


def test_organisation_that_is_unknown_or_off_says_the_same(acme, cast):
    actions.switch(by=cast.ada, organisation=cast.acme, is_on=False)
    for at in ("acme", "other", "nowhere"):
        assert Client().get(f"/sign-on/{at}/").status_code == 404


def test_wrong_code_or_secret_is_refused(acme, provider):
    client = Client()
    answer = provider.sign_in(leave(client), **NEW)
    reply = client.get("/sign-on/acme/callback/", answer | {"code": "guess"})
    assert refused(reply, "replies with status 400")


# Calls that people wait for


def test_what_a_provider_says_of_itself_is_asked_once(acme, provider):
    for sub in ("a", "b"):
        email = f"{sub}@acme.example"
        reply = come(Client(), provider, sub=sub, email=email, email_verified=True)
        assert reply.status_code == 302
    for path in ("/.well-known/openid-configuration", "/keys"):
        assert provider.asked.count(path) == 1


def test_last_good_words_stand_while_the_provider_is_out_of_order(acme, provider, monkeypatch):
    monkeypatch.setattr(protocols, "_FRESH", 0)
    assert come(Client(), provider, **NEW).status_code == 302
    for path in ("/.well-known/openid-configuration", "/keys"):
        provider.said[path] = 500, {}
    assert come(Client(), provider, **NEW).status_code == 302


def test_unknown_key_is_asked_for_once_a_minute(acme, provider):
    right = provider.reply("/keys", None, None)
    [key] = right[1]["keys"]
    provider.said["/keys"] = 200, {"keys": [key | {"kid": "old"}]}
    for _ in range(2):
        assert refused(come(Client(), provider, **NEW), "no key of the provider")
    assert provider.asked.count("/keys") == 2
    name = f"{provider.issuer} {provider.issuer}/keys"
    cache.delete(protocols.named(name, "again"))  # a minute later
    provider.said["/keys"] = right
    assert come(Client(), provider, **NEW).status_code == 302


def test_slow_provider_holds_no_page_up(acme, cast, provider, monkeypatch):
    monkeypatch.setattr(protocols, "_SECONDS", 0.1)
    is_over = threading.Event()
    monkeypatch.setattr(provider, "reply", lambda *_: (is_over.wait(60), (200, {}))[1])
    began = time.monotonic()
    reply = Client().get("/sign-on/acme/")
    waited = time.monotonic() - began
    is_over.set()
    assert waited < 0.9 * busy()
    assert reply.status_code == 503
    assert "The provider is slow" in flat(reply.text)
    assert "Sign in with a password or a passkey" in flat(reply.text)


def test_few_web_requests_wait_for_one_organisation(acme, cast, provider):
    with outgoing.place(cast.acme.pk), outgoing.place(cast.acme.pk):
        reply = Client().get("/sign-on/acme/")
        assert (reply.status_code, provider.asked) == (503, [])
        assert "Too many wait" in flat(reply.text)
    assert Client().get("/sign-on/acme/").status_code == 200
    with outgoing.place(cast.acme.pk), outgoing.place(cast.acme.pk):
        assert Client().get("/sign-on/acme/").status_code == 200  # calls nobody


def test_networks_of_strangers_use_up_their_own_tries_alone(acme, monkeypatch):
    monkeypatch.setattr(pages, "_TRIES", {"sign_on": "2/m/ip"})
    for network in ("203.0.113.9", "2001:db8:1::1"):
        stranger = Client(REMOTE_ADDR=network)
        codes = [stranger.get("/sign-on/acme/").status_code for _ in range(3)]
        assert codes == [200, 200, 429]
    member = Client(REMOTE_ADDR="198.51.100.7")
    assert member.get("/sign-on/acme/").status_code == 200


# Asked again


def test_provider_confirms_again_for_what_outlives_a_session(acme, cast, provider):
    come(Client(), provider, **NEW)
    member = Membership.objects.get(user__email="new@acme.example")
    members.change_role(by=cast.ada, membership=member, role=Role.OWNER)
    client = Client()
    come(client, provider, **NEW)
    age(client)
    form = {"name": "acme.test"}
    page = client.post("/o/acme/sign-on/domains/", form)
    assert page.status_code == 422
    assert "/sign-on/acme/" in page.content.decode()
    address = leave(client)
    assert "prompt=login" in address
    stale = come(client, provider, address=address, sub="sub-1", auth_time=1_000_000)
    assert "did not ask who you are just now" in flat(stale.content.decode())
    assert client.post("/o/acme/sign-on/domains/", form).status_code == 422
    else_ = come(client, provider, sub="sub-2")
    assert "you are somebody else" in flat(else_.content.decode())
    assert come(client, provider, sub="sub-1").status_code == 200
    assert client.post("/o/acme/sign-on/domains/", form).status_code == 302


@pytest.mark.parametrize("asked", [3600, None])
def test_silent_sign_in_does_not_count_as_asked_just_now(acme, cast, provider, asked):
    come(Client(), provider, **NEW)
    member = Membership.objects.get(user__email="new@acme.example")
    members.change_role(by=cast.ada, membership=member, role=Role.OWNER)
    client = Client()
    at = asked and int(time.time()) - asked
    assert come(client, provider, **NEW, auth_time=at).status_code == 302
    form = {"name": "acme.test"}
    assert client.post("/o/acme/sign-on/domains/", form).status_code == 422
    early = int(time.time()) - 20
    reply = come(client, provider, sub="sub-1", auth_time=early)
    assert "did not ask who you are just now" in flat(reply.text)
    come(client, provider, sub="sub-1")
    assert client.post("/o/acme/sign-on/domains/", form).status_code == 302


# Signing


@pytest.fixture
def signer(acme, cast, provider):
    """Nadia, a reviewer without a password, on her way in; an assessment to sign."""
    sent = signing.make_sent(cast)
    come(Client(), provider, **NEW)
    member = Membership.objects.get(user__email="new@acme.example")
    members.change_role(by=cast.ada, membership=member, role=Role.REVIEWER)
    client = Client()
    come(client, provider, **NEW)
    return client, sent


def go_on(client, provider, page, **claims):
    """By the link of the page that asks, and back."""
    path = re.search(r'href="(/sign-on/acme/[^"]*)"', page.text)[1]
    return come(client, provider, address=leave(client, html.unescape(path)), **claims)


def test_signature_by_provider_is_asked_anew_and_names_it(signer, provider):
    client, sent = signer
    page = press_sign(client, sent)
    assert page.status_code == 422
    assert "Nobody has confirmed yet that it is you" in flat(page.text)
    assert go_on(client, provider, page, sub="sub-1").status_code == 200
    assert press_sign(client, sent).status_code == 302
    done = SignOff.objects.get()
    assert (done.signer, done.method) == ("Nadia New", "sign-on")
    event = Event.objects.get(action="assessment.signed")
    words = event_in_words(event.action, *trail.changes(event))
    assert words.endswith("confirmed by sign-on; “127.0.0.1:" + provider.issuer.rpartition(":")[2] + "”")
    assert "Sign-on at" in flat(client.get("/security/signed/").text)


def test_proof_of_the_provider_signs_once_soon_and_here_alone(signer, provider, cast):
    client, sent = signer
    page = press_sign(client, sent)
    for change in ({"path": "/elsewhere/"}, {"at": 0}):
        go_on(client, provider, page, sub="sub-1")
        session = client.session
        session["signed_on_proof"] |= change
        session.save()
        assert press_sign(client, sent).status_code == 422
        assert "signed_on_proof" not in client.session
    stale = go_on(client, provider, page, sub="sub-1", auth_time=1_000_000)
    assert stale.status_code == 403
    assert press_sign(client, sent).status_code == 422
    go_on(client, provider, page, sub="sub-1")
    session = client.session
    session["signed_on"] |= {"organisation": str(cast.other.pk), "is_limited": False}
    session.save()
    acme = SignOn.objects.get()
    SignOn.objects.create(
        organisation=cast.other,
        issuer=acme.issuer,
        tested_at=acme.tested_at,
        is_on=True,
    )
    cast.acme.domains.update(organisation=cast.other)
    assert press_sign(client, sent).status_code == 422
    assert not SignOff.objects.exists()


def test_erased_person_is_known_to_no_provider_any_more(acme, cast, provider):
    come(Client(), provider, **NEW, sub="nadia-0815")
    person = User.objects.get(email="new@acme.example")
    erase_person(by=None, person=person)
    assert not Identity.objects.exists()
    payloads = str(list(Event.objects.values_list("payload", flat=True)))
    assert "nadia-0815" not in payloads
    assert "new@acme.example" not in payloads
    assert list(tables.faults(cast.acme.pk)) == []


# Sign-on only


def test_sign_on_only_names_whom_it_would_lock_out(acme, ada, cast):
    assert "This would lock out" in flat(ada.get(PAGE).text)
    page = ada.post(f"{PAGE}require/", {"is_only": "yes"})
    assert page.status_code == 422
    assert f"This would lock out {cast.con}" in flat(page.text)
    assert not cast.acme.policy.sign_on_only


def all_connected(cast, provider):
    for one in cast.acme.memberships.exclude(user=cast.ada):
        Identity.objects.create(
            organisation=cast.acme,
            user=one.user,
            issuer=provider.issuer,
            subject=f"known-{one.pk}",
        )


def test_sign_on_only_opens_to_those_who_came_by_the_provider(acme, ada, cast, provider, sign_in):
    all_connected(cast, provider)
    assert ada.post(f"{PAGE}require/", {"is_only": "yes"}).status_code == 302
    con, aud = sign_in(cast.con), sign_in(cast.aud)
    page = con.get("/o/acme/")
    assert (page.status_code, "/sign-on/acme/" in page.text) == (403, True)
    htmx = con.get("/o/acme/", headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx.content) == (403, b"")
    assert con.get("/security/").status_code == 200
    assert aud.get("/o/acme/audit/").status_code == 200
    assert ada.get("/o/acme/").status_code == 200
    client = Client()
    assert come(client, provider, **NEW).status_code == 302
    assert client.get("/o/acme/").status_code == 200
    event = Event.objects.filter(action="policy.changed").latest("seq")
    words = event_in_words(event.action, *trail.changes(event))
    assert words.endswith("members come by sign-on alone")


def test_sign_on_only_ends_with_sign_on_and_keeps_its_domains(acme, ada, cast, provider, sign_in):
    factories.make_member(cast.acme, Role.READER, email="old@acme.example")
    all_connected(cast, provider)
    Identity.objects.filter(user__email="old@acme.example").delete()
    actions.require(by=cast.ada, organisation=cast.acme, is_only=True)
    domain = cast.acme.domains.get()
    page = ada.post(f"{PAGE}domains/{domain.pk}/remove/")
    assert "This would lock out" in flat(page.text)
    assert cast.acme.domains.exists()
    actions.switch(by=cast.ada, organisation=cast.acme, is_on=False)
    assert sign_in(cast.con).get("/o/acme/").status_code == 200
    page = ada.post(f"{PAGE}require/", {"is_only": "yes"})
    assert "Switch sign-on on first" in flat(page.text)


# The page of owners, and the calls that it causes


@pytest.fixture
def ada(cast, sign_in_freshly):
    return sign_in_freshly(cast.ada)


FORM = {"client_id": "attest", "secret": oidc_provider.SECRET, "default_role": "reader"}
PAGE = "/o/acme/sign-on/"


def test_owner_sets_tests_and_switches_it_on(ada, cast, provider):
    ada.post(PAGE, FORM | {"issuer": provider.issuer})
    off = ada.post(f"{PAGE}switch/", {"is_on": "yes"})
    assert "Test the provider first" in flat(off.content.decode())
    address = ada.post(f"{PAGE}test/").context["address"]
    page = come(ada, provider, address=address, **NEW)
    text = flat(page.content.decode())
    assert "The provider works" in text
    assert "new@acme.example" in text
    off = ada.post(f"{PAGE}switch/", {"is_on": "yes"})
    assert "Nobody could get in while the provider is down" in flat(off.content.decode())
    protect(cast.ada)
    assert ada.post(f"{PAGE}switch/", {"is_on": "yes"}).status_code == 302
    assert SignOn.objects.get().is_on
    ada.post(PAGE, FORM | {"issuer": provider.issuer, "secret": "another one"})
    assert not SignOn.objects.get().is_on


def test_secret_is_shown_to_nobody_and_kept_in_no_clear_text(ada, acme):
    page = ada.get(PAGE).content.decode()
    events = str(list(Event.objects.values_list("payload", flat=True)))
    kept = SignOn.objects.get()
    for text in (page, events, kept.secret):
        assert oidc_provider.SECRET not in text
    assert kept.secret not in page + events
    assert kept.open_secret() == oidc_provider.SECRET


def test_provider_calls_itself_as_it_is_named(ada, provider):
    ada.post(PAGE, FORM | {"issuer": f"{provider.issuer}/"})
    page = ada.post(f"{PAGE}test/")
    assert "write its address exactly so" in flat(page.content.decode())


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("http://10.0.0.1/auth", "10.0.0.1 is in a private network"),
        ("javascript:alert(1)", "The address begins with https://"),
        ("https://you@login.example/", "no user, password"),
    ],
)
def test_provider_leads_to_no_odd_place(ada, provider, place, words):
    provider.metadata = {"authorization_endpoint": place}
    ada.post(PAGE, FORM | {"issuer": provider.issuer})
    page = ada.post(f"{PAGE}test/")
    assert page.status_code == 422
    assert words in flat(page.content.decode())


def test_private_and_odd_addresses_are_refused_with_what_was_typed(ada, settings):
    settings.PRIVATE_NETWORKS = []
    for issuer in ("https://169.254.169.254", "http://login.example", "nonsense"):
        page = ada.post(PAGE, FORM | {"issuer": issuer})
        assert page.status_code == 422
        assert f'value="{issuer}"' in page.content.decode()
    assert not SignOn.objects.exists()


def test_redirect_of_a_provider_is_not_followed(ada, provider):
    ada.post(PAGE, FORM | {"issuer": provider.issuer})
    provider.said["/.well-known/openid-configuration"] = 302, {}
    provider.redirect = f"{provider.issuer}/elsewhere"
    page = ada.post(f"{PAGE}test/")
    assert "replies with status 302" in flat(page.content.decode())
    assert "/elsewhere" not in provider.asked


# Domains


def test_domain_is_verified_by_its_record(ada, cast, settings):
    records = {}
    with oidc_provider.name_server(records) as settings.NAME_SERVER:
        ada.post(f"{PAGE}domains/", {"name": "@Acme.Example."})
        domain = cast.acme.domains.get()
        assert domain.name == "acme.example"
        place = f"{PAGE}domains/{domain.pk}/verify/"
        assert "There is no text record" in flat(ada.post(place).content.decode())
        records["_attest.acme.example"] = ["other", domain.record]
        assert ada.post(place).status_code == 302
    domain.refresh_from_db()
    assert domain.verified_at
    ada.post(f"{PAGE}domains/{domain.pk}/remove/")
    assert not cast.acme.domains.exists()


@pytest.mark.parametrize(
    "name",
    ["", "example", "a b.example", "x" * 70 + ".com", "<b>.com/"],
)
def test_what_is_no_domain_is_refused(ada, cast, name):
    page = ada.post(f"{PAGE}domains/", {"name": name})
    assert page.status_code == 422
    assert not cast.acme.domains.exists()


def test_silent_name_server_is_named(ada, cast, settings, monkeypatch):
    monkeypatch.setattr(actions.dns, "_SECONDS", 0.05)
    settings.NAME_SERVER = "127.0.0.1:9"
    row = actions.add_domain(by=cast.ada, organisation=cast.acme, name="acme.example")
    page = ada.post(f"{PAGE}domains/{row.pk}/verify/")
    assert "give no reply" in flat(page.content.decode())


def test_address_is_found_by_its_domain_alone(acme):
    client = Client()
    reply = client.post("/accounts/organisation/", {"email": "anybody@ACME.example"})
    assert reply.url == "/sign-on/acme/"
    for email in ("x@elsewhere.example", "nonsense", "", "x@acme.example.evil.example"):
        reply = client.post("/accounts/organisation/", {"email": email})
        assert reply.status_code == 422


def test_what_is_taken_away_twice_is_taken_away(cast, ada):
    name, by = {"name": "acme.example"}, {"by": cast.ada, "organisation": cast.acme}
    domain = actions.add_domain(**by, **name)
    group = actions.add_group(**by, group="staff", role="reader")
    for where, said in (
        (f"domains/{domain.pk}", "acme.example is taken away."),
        (f"groups/{group.pk}", "staff gives no role any more."),
    ):
        for _ in range(2):
            page = ada.post(f"{PAGE}{where}/remove/", follow=True)
            assert (page.status_code, said in page.text) == (200, True)
    assert Event.objects.filter(action__endswith=".removed").count() == 2


def test_what_is_added_twice_is_added_once(cast, ada):
    """A group has one role all the same."""
    added = {"domains/": {"name": "acme.example"}}
    added["groups/"] = {"group": "staff", "role": "reader"}
    for where, form in added.items():
        for _ in range(2):
            assert ada.post(f"{PAGE}{where}", form).status_code == 302
    assert Event.objects.filter(action__endswith=".added").count() == 2
    other = ada.post(f"{PAGE}groups/", {"group": "staff", "role": "officer"})
    assert "This group has a role already." in other.text
