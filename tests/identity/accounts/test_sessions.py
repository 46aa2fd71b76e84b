"""Sessions of a person: listed with place and last use, ended one by one or all at once."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.identity.accounts.devices import is_phone, network_of, program_of
from compliance.models import Event
from tests.support import factories
from tests.support.mail_queue import send_queued

pytestmark = pytest.mark.slow
LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
SURE = {"password": factories.PASSWORD}


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()


def entered(user, agent=LINUX, address="203.0.113.9"):
    """A browser in which somebody has typed their password."""
    client = Client(REMOTE_ADDR=address, headers={"User-Agent": agent})
    reply = client.post("/accounts/login/", {"login": user.email} | SURE)
    assert reply["Location"] == "/"
    return client


def is_in(client):
    return client.get("/security/").status_code == 200


def listed(client):
    sessions = client.get("/security/").context["sessions"]
    return [(one["program"], one["network"], one["is_this"]) for one in sessions]


def row_of(client):
    return UserSession.objects.get(session_key=client.session.session_key)


def later(**passed):
    return time_machine.travel(timezone.now() + timedelta(**passed), tick=False)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (LINUX, "Firefox, Linux"),
        (PHONE, "Safari, iPhone"),
        (EDGE, "Edge, Windows"),
        ("curl/8.5.0", "Unknown program"),
        ("", "Unknown program"),
        ("<script>Firefox", "Firefox"),
    ],
)
def test_program_is_named_in_words(agent, words):
    assert program_of(agent) == words
    assert is_phone(agent) == ("iPhone" in agent)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "The machine that Attest runs on"),
        ("::1", "The machine that Attest runs on"),
        ("10.1.2.3", "Private network, 10.1.2.3"),
        ("fd00::1", "Private network, fd00::1"),
        ("8.8.8.8", "8.8.8.8"),
        ("0.0.0.0", "Unknown"),  # noqa: S104
    ],
)
def test_network_is_named_in_words(address, words):
    assert network_of(address) == words


def test_page_lists_each_browser_with_network_and_last_use(cast):
    first = entered(cast.ada)
    with later(minutes=5):
        second = entered(cast.ada, PHONE, "8.8.8.8")
        assert listed(second) == [
            ("Safari, iPhone", "8.8.8.8", True),
            ("Firefox, Linux", "Private network, 203.0.113.9", False),
        ]
        text = " ".join(second.get("/security/").text.split())
        assert "last used 5 min ago" in text
        assert text.count("Sign out everywhere else") == 1
    assert len(listed(first)) == 2
    assert listed(entered(cast.otto)) == [("Firefox, Linux", "Private network, 203.0.113.9", True)]


def test_one_browser_is_signed_out_and_no_other(cast):
    here, there, third = (entered(cast.ada) for _ in range(3))
    page = here.post(f"/security/sessions/{row_of(there).pk}/end/", follow=True)
    assert "Firefox, Linux is signed out." in page.text
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)


def test_all_others_are_signed_out_at_once(cast):
    here, there, third = (entered(cast.ada) for _ in range(3))
    otto = entered(cast.otto)
    here.post("/security/sessions/end/")
    assert [is_in(one) for one in (here, there, third, otto)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert "Sign out everywhere else" not in here.get("/security/").text


def test_session_of_somebody_else_is_not_found(cast):
    ada, otto = entered(cast.ada), entered(cast.otto)
    path = f"/security/sessions/{row_of(ada).pk}/end/"
    unknown = otto.post("/security/sessions/999999/end/")
    assert (otto.post(path).status_code, unknown.status_code) == (404, 404)
    assert is_in(ada)


def test_last_use_is_kept_once_a_minute_with_where_from(cast):
    ada = entered(cast.ada)
    began = row_of(ada)
    with CaptureQueriesContext(connection) as asked:
        ada.get("/o/acme/")
    assert not [one for one in asked if "UPDATE" in one["sql"]]
    with later(minutes=2):
        ada.get("/o/acme/", REMOTE_ADDR="8.8.4.4", headers={"User-Agent": EDGE})
        used = row_of(ada)
    assert used.last_seen_at > began.last_seen_at
    assert (used.created_at, used.ip) == (began.created_at, "8.8.4.4")
    assert program_of(used.user_agent) == "Edge, Windows"


def test_password_that_a_fast_clock_saw_is_asked_for_again(cast):
    with later(minutes=25):
        ada = entered(cast.ada)
        assert "Confirm that it is you" not in ada.post("/security/codes/").text
    assert "Confirm that it is you" in ada.post("/security/codes/").text


def test_page_that_is_only_open_is_no_use(cast):
    """The presence that an open page sends by itself."""
    assessment = factories.make_assessment(cast.acme, cast.ada)
    ada = entered(cast.ada)
    began = row_of(ada).last_seen_at
    with later(minutes=2):
        reply = ada.post(f"{assessment.get_absolute_url()}presence/")
        assert reply.status_code in {200, 204}
        assert row_of(ada).last_seen_at == began
        ada.get("/o/acme/")
        assert row_of(ada).last_seen_at > began


def test_new_key_at_the_door_keeps_the_session_in_the_list(cast):
    ada = entered(cast.ada)
    began = row_of(ada)
    with later(minutes=15):
        page = ada.post("/security/codes/", SURE)
        assert page.status_code == 302
        now = row_of(ada)
    assert now.session_key != began.session_key
    assert (now.pk, now.created_at) == (began.pk, began.created_at)


def test_signing_out_and_a_new_password_leave_no_row_behind(cast):
    ada, other = entered(cast.ada), entered(cast.ada)
    ada.post("/accounts/logout/")
    assert UserSession.objects.count() == 1
    cast.ada.take_password("another fine phrase")
    assert not is_in(other)
    fresh = Client()
    form = {"login": cast.ada.email, "password": "another fine phrase"}
    fresh.post("/accounts/login/", form)
    assert [row.session_key for row in UserSession.objects.all()] == [fresh.session.session_key]


def test_hash_that_is_made_stronger_at_the_door_ends_no_session(cast, settings):
    """After an upgrade that hashes passwords at a higher cost."""
    ada = entered(cast.ada)
    stronger = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [stronger, *settings.PASSWORD_HASHERS]
    path = f"/o/acme/members/{cast.acme.memberships.get(user=cast.con).pk}/role/"
    page = ada.post(path, {"role": "reader"} | SURE)
    assert page.status_code == 302
    cast.ada.refresh_from_db()
    assert cast.ada.password.startswith("pbkdf2")
    assert is_in(ada)


def test_half_a_sign_in_is_no_session(cast, client):
    client.post("/accounts/login/", {"login": cast.ada.email, "password": "wrong"})
    assert UserSession.objects.count() == 0


def test_session_from_before_the_list_joins_it(cast, sign_in):
    ada = sign_in(cast.ada)
    UserSession.objects.all().delete()
    assert is_in(ada)
    assert UserSession.objects.get().user == cast.ada


def test_owner_signs_a_member_out_everywhere(cast):
    ada, con, phone = entered(cast.ada), entered(cast.con), entered(cast.con, PHONE)
    path = f"/o/acme/members/{cast.acme.memberships.get(user=cast.con).pk}/"
    page = ada.post(f"{path}sign-out/", SURE, follow=True)
    assert "Con Tributor is signed out everywhere." in page.text
    assert (is_in(ada), is_in(con), is_in(phone)) == (True, False, False)
    event = Event.objects.filter(organisation_id=cast.acme.pk).last()
    assert (event.action, event.actor) == ("member.signed_out", cast.ada)
    addressees = [m.to for m in send_queued() if "signed you out" in m.subject]
    assert addressees == [[cast.con.email]]
    assert is_in(entered(cast.con))


def test_owner_signs_nobody_of_elsewhere_and_not_themselves_out(cast):
    ada, zoe = entered(cast.ada), entered(cast.zoe)
    theirs = cast.other.memberships.get(user=cast.zoe)
    own = cast.acme.memberships.get(user=cast.ada)
    path = "/o/acme/members/{}/sign-out/"
    assert ada.post(path.format(theirs.pk), SURE).status_code == 404
    page = ada.post(path.format(own.pk), SURE)
    assert (page.status_code, "Sign-in and security." in page.text) == (422, True)
    assert (is_in(ada), is_in(zoe)) == (True, True)
    assert "Sign out everywhere" not in ada.get(f"/o/acme/members/{own.pk}/").text


def test_session_that_is_long_over_leaves_nothing_behind(cast, client):
    """Of somebody who never comes back, and of a sign-in that was never finished."""
    entered(cast.con)
    client.get("/accounts/login/")
    with later(hours=13):
        ada = entered(cast.ada)
        assert [row.user for row in UserSession.objects.all()] == [cast.ada]
        kept = set(Session.objects.values_list("session_key", flat=True))
        assert ada.session.session_key in kept
        assert len(kept) <= 2
    with later(hours=26):
        entered(cast.ada)
        assert Session.objects.count() == UserSession.objects.count() == 1
