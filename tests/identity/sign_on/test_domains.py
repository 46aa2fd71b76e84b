"""A domain is proven anew: each day, when another organisation shows it, and by hand."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from compliance.identity.organisations.actions import set_policy
from compliance.identity.organisations.choices import Role
from compliance.identity.sign_on import actions
from compliance.models import Domain, Event, Membership
from compliance.programs.directory.reach import visible_people
from compliance.proof.audit import tables
from compliance.schedule import looks
from tests.support import factories, oidc_provider
from tests.support.mail_queue import send_queued
from tests.support.page_text import flat
from tests.support.provider_sign_in import NEW, is_in, leave, refused, show, switch_on

pytestmark = pytest.mark.slow
NAME = "acme.example"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_loopback(settings):
    cache.clear()
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.URL = "http://testserver"


@pytest.fixture
def provider():
    with oidc_provider.provider() as one:
        yield one


@pytest.fixture
def acme(cast, provider):
    actions.set_provider(
        by=cast.ada,
        organisation=cast.acme,
        issuer=provider.issuer,
        client_id="attest",
        secret=oidc_provider.SECRET,
        default_role="reader",
    )
    return switch_on(cast.ada, cast.acme, NAME)


@pytest.fixture
def zone(monkeypatch):
    """What name servers reply: the records of ``acme.example``, or None for silence."""
    records, depth = {"texts": []}, len(connection.savepoint_ids)

    def texts_of(_):
        assert len(connection.savepoint_ids) == depth, "a transaction waits"
        if records["texts"] is None:
            msg = "The name servers give no reply."
            raise ValidationError(msg)
        return records["texts"]

    monkeypatch.setattr(actions.dns, "texts_of", texts_of)
    return records


def come(client, provider, **claims):
    answer = provider.sign_in(leave(client, "/sign-on/acme/"), **claims)
    return client.get("/sign-on/acme/callback/", answer)


def later(days):
    """Each moment that the row has is so many days longer ago."""
    for domain in Domain.objects.all():
        moments = ("asked_at", "answered_at", "missing_since", "verified_at")
        Domain.objects.filter(pk=domain.pk).update(
            **{name: getattr(domain, name) and getattr(domain, name) - days * DAY for name in moments}
        )


def look(days=1):
    later(days)
    actions.look_again()
    return Domain.objects.get(organisation__slug="acme")


def names():
    rows = Event.objects.filter(action__startswith="domain.").order_by("pk")
    return [one.removeprefix("domain.") for one in rows.values_list("action", flat=True)]


def told():
    """The subjects of mails about domains, to whom."""
    sent = [one for one in send_queued() if "the domain" in one.subject]
    return [(one.to[0], one.subject) for one in sent]


def test_schedule_looks_for_domains():
    assert actions.look_again in [one.act for one in looks()]


def test_record_that_stands_changes_nothing_and_is_looked_for_once_a_day(acme, zone, monkeypatch):
    zone["texts"] = [Domain.objects.get().record]
    assert look().verified_at
    assert names() == ["added", "verified"]
    monkeypatch.setattr(actions.dns, "texts_of", lambda _: pytest.fail("asked again"))
    actions.look_again()


def test_record_that_is_gone_ends_sign_on_after_a_week(acme, cast, provider, zone):
    client = Client()
    come(client, provider, **NEW)
    since = look().missing_since
    assert since
    assert told() == [(cast.ada.email, "Acme: the domain acme.example is not shown any more")]
    assert client.get("/o/acme/").status_code == 200
    assert look(5).missing_since
    assert told() == []
    assert visible_people(cast.acme).exists()
    domain = look(2)
    assert (domain.verified_at, domain.missing_since) == (None, None)
    assert names() == ["added", "verified", "missing", "gone"]
    assert told() == [(cast.ada.email, "Acme: the domain acme.example is lost")]
    client.get("/o/acme/")
    assert not is_in(client)
    assert actions.claimant("new@acme.example") is None
    assert not visible_people(cast.acme).exists()
    again = NEW | {"email": "next@acme.example", "sub": "next"}
    assert refused(come(Client(), provider, **again), "has not verified the domain")


def test_record_that_comes_back_stops_the_countdown(acme, cast, zone, sign_in_freshly):
    record = Domain.objects.get().record
    assert look().missing_since
    page = "/o/acme/sign-on/"
    assert "Its record has been gone since" in flat(sign_in_freshly(cast.ada).get(page).text)
    zone["texts"] = [record]
    assert look(6).missing_since is None
    zone["texts"] = []
    assert look(6).verified_at
    zone["texts"] = [record]
    owner = sign_in_freshly(cast.ada)
    owner.post(f"{page}domains/{Domain.objects.get().pk}/verify/")
    assert Domain.objects.get().missing_since is None
    assert names()[2:] == ["missing", "returned", "missing", "returned"]


def test_silent_name_servers_end_nothing_for_a_month(acme, cast, zone):
    zone["texts"] = None
    for _ in range(4):
        assert look(7).missing_since is None
    assert names() == ["added", "verified"]
    assert look(3).missing_since
    assert look(8).verified_at is None


def test_silence_does_not_end_a_countdown(acme, zone):
    assert look().missing_since
    zone["texts"] = None
    assert look(8).verified_at
    zone["texts"] = []
    assert look(1).verified_at is None


def test_killed_look_repeats_without_harm(acme, zone, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(actions.trail, "record", lambda **_: 1 / 0)
        domain = look()
    assert (domain.missing_since, names()) == (None, ["added", "verified"])
    actions.look_again()
    actions.look_again()
    assert names() == ["added", "verified", "missing"]
    assert len(told()) == 1


def test_one_domain_that_fails_keeps_no_other_from_its_look(acme, cast, zone, monkeypatch):
    second = show(cast.zoe, cast.other, "other.example")

    def texts_of(name):
        if name == NAME:
            raise RuntimeError
        return [second.record]

    monkeypatch.setattr(actions.dns, "texts_of", texts_of)
    later(2)
    actions.look_again()
    second.refresh_from_db()
    assert timezone.now() - second.asked_at < DAY


# Another organisation


def rival(cast):
    return actions.add_domain(by=cast.zoe, organisation=cast.other, name=NAME)


def test_domain_that_changed_hands_is_its_new_holders_at_once(acme, cast, provider, zone):
    """The former holder's provider signs nobody of the domain in any more."""
    factories.make_member(cast.other, Role.OFFICER, email="vera@acme.example")
    vera = {"email": "vera@acme.example", "email_verified": True, "sub": "vera"}
    client = Client()
    assert come(client, provider, **vera).status_code == 302
    row = rival(cast)
    zone["texts"] = [row.record]
    actions.verify_domain(by=cast.zoe, domain=row)
    assert told() == [
        (cast.ada.email, "Acme: the domain acme.example is lost"),
        (cast.zoe.email, "Other: the domain acme.example is taken over"),
    ]
    lost = Event.objects.get(action="domain.gone")
    assert (lost.organisation_id, lost.actor_id) == (cast.acme.pk, None)
    client.get("/o/other/")
    assert not is_in(client)
    assert actions.claimant("vera@acme.example") is None  # Other has no provider
    assert not visible_people(cast.acme).exists()
    assert come(client, provider, **vera).url == "/o/acme/"  # known, and limited
    assert client.get("/o/other/").status_code == 404
    again = vera | {"sub": "vera again"}
    assert refused(come(Client(), provider, **again), "has not verified the domain")
    assert list(tables.faults(cast.acme.pk)) == list(tables.faults(cast.other.pk)) == []


def test_domain_whose_first_record_stands_is_refused(acme, cast, zone):
    row = rival(cast)
    zone["texts"] = [Domain.objects.get(organisation=cast.acme).record, row.record]
    with pytest.raises(ValidationError, match="Another organisation"):
        actions.verify_domain(by=cast.zoe, domain=row)
    assert Domain.objects.get(organisation=cast.acme).verified_at
    assert told() == []


@pytest.mark.parametrize("texts", [None, [], ["attest-domain=else"]])
def test_holder_loses_nothing_to_whoever_shows_no_record(acme, cast, zone, texts):
    zone["texts"] = texts
    with pytest.raises(ValidationError):
        actions.verify_domain(by=cast.zoe, domain=rival(cast))
    assert Domain.objects.get(organisation=cast.acme).verified_at
    assert names() == ["added", "verified", "added"]


# The administrator


def test_administrator_releases_a_domain(acme, cast, capsys):
    old = Domain.objects.get()
    call_command("release_domain", "@Acme.example")
    assert "acme.example was of Acme" in capsys.readouterr().out
    assert (Domain.objects.get().verified_at, names()[-1]) == (None, "released")
    assert Domain.objects.get().code != old.code
    assert told() == [(cast.ada.email, "Acme: the domain acme.example is released")]
    for name in (NAME, "else.example", "nonsense"):
        with pytest.raises(CommandError):
            call_command("release_domain", name)


# Other organisations of a person


@pytest.fixture
def vera(acme, cast):
    """Works at both, with a password of her own; Acme's provider speaks for her domain."""
    user = factories.make_member(cast.other, Role.OFFICER, email="vera@acme.example")
    Membership.objects.create(organisation=cast.acme, user=user, role=Role.READER)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


VERA = {"email": "vera@acme.example", "email_verified": True, "sub": "vera"}
OPEN = "/o/acme/sign-on/open/"


def test_provider_opens_no_other_organisation_before_the_person_said_yes(vera, cast, provider):
    client = Client()
    assert come(client, provider, **VERA).url == "/o/acme/"
    assert client.get("/o/acme/").status_code == 200
    assert client.get("/o/other/").status_code == 404
    page = client.get("/security/")
    assert (page.status_code, OPEN in page.text) == (403, True)
    for tried in ({}, {"password": "wrong"}):
        assert client.post(OPEN, tried).status_code == 422
    leave_again = client.get(f"/sign-on/acme/?next={OPEN}").context["address"]
    back = provider.sign_in(leave_again, **VERA)
    assert client.get("/sign-on/acme/callback/", back).status_code == 200
    assert client.post(OPEN).status_code == 422  # the provider's word is not hers
    assert client.get("/o/other/").status_code == 404

    reply = client.post(OPEN, {"password": factories.PASSWORD})
    assert reply.status_code == 302
    assert client.get("/o/other/").status_code == 200
    assert client.get("/security/").status_code == 200
    once = Client()
    come(once, provider, **VERA)
    assert once.get("/o/other/").status_code == 200
    assert Event.objects.filter(action="identity.opened").count() == 1
    assert list(tables.faults(cast.acme.pk)) == []


def let_in(owner, organisation, **rules):
    return set_policy(by=owner, organisation=organisation, **rules)


def test_organisation_lets_in_providers_of_others_by_its_policy(vera, cast, provider):
    client = Client()
    come(client, provider, **VERA)
    let_in(cast.zoe, cast.other, other_providers=True)
    assert client.get("/o/other/").status_code == 200
    page = client.get("/security/")
    assert (page.status_code, "Acme" in page.text, "Other" in page.text) == (403, 1, 1)
    let_in(cast.zoe, cast.other, other_providers=False)
    assert client.get("/o/other/").status_code == 404
    assert list(tables.faults(cast.other.pk)) == []


def test_policy_of_one_organisation_opens_no_third_one(vera, cast, provider):
    let_in(cast.ada, cast.acme, other_providers=True)
    client = Client()
    come(client, provider, **VERA)
    assert client.get("/o/other/").status_code == 404


def test_provider_without_the_domain_opens_nothing_by_that_policy(vera, cast, provider):
    """Someone from elsewhere whom the provider connected: it does not speak for them."""
    let_in(cast.zoe, cast.other, other_providers=True)
    client = Client()
    come(client, provider, **VERA)
    Domain.objects.update(verified_at=None)
    client.get("/o/other/")
    assert not is_in(client)
    come(client, provider, **VERA)
    assert client.get("/o/other/").status_code == 404


def test_refused_sign_on_is_logged(acme, provider, caplog):
    stranger = {"email": "x@else.example", "email_verified": True, "sub": "x"}
    assert refused(come(Client(), provider, **stranger), "has not verified the domain")
    lines = [r.getMessage() for r in caplog.records if r.name == "attest.sign_in"]
    assert lines == ["Refused: sign-on of acme; account -; from 127.0.0.1"]


def test_yes_ends_with_the_connection(vera, cast, provider):
    client = Client()
    come(client, provider, **VERA)
    client.post(OPEN, {"password": factories.PASSWORD})
    vera.identities.update(issuer="https://else.example")
    again = Client()
    come(again, provider, **VERA)
    assert again.get("/o/other/").status_code == 404


def test_limited_session_of_a_lost_domain_ends(vera, provider):
    client = Client()
    come(client, provider, **VERA)
    call_command("release_domain", NAME)
    client.get("/o/acme/")
    assert not is_in(client)
