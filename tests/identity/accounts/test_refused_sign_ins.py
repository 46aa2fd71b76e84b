"""Whoever runs Attest sees in the log who is being guessed, and from where."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from compliance.models import User
from tests.support.api_programs import Program
from tests.support.factories import PASSWORD

SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_tries_before():
    cache.clear()


@pytest.fixture
def lines(caplog):
    """The lines about refused sign-ins."""

    def found():
        return [one.getMessage() for one in caplog.records if one.name == "attest.sign_in"]

    return found


def guess(email, typed_text="wrong", network="203.0.113.9"):
    typed_in = {"login": email, "password": typed_text}
    return Client(REMOTE_ADDR=network).post(SIGN_IN, typed_in)


def test_wrong_password_is_logged_with_account_and_network(cast, lines):
    reply = guess(cast.ada.email.upper())
    assert (reply.status_code, "do not go together" in reply.text) == (422, True)
    assert lines() == [f"Refused: wrong password; account {cast.ada.pk}; from 203.0.113.9"]


def test_unknown_address_is_logged_as_the_same_hash_and_never_itself(db, lines):
    for _ in range(2):
        guess("My-Password-1@example.org")
    first, second = lines()
    assert first == second
    assert re.search(r"account unknown-[0-9a-f]{16}; from 203", first)
    assert "my-password" not in first.lower()


def test_closed_account_is_logged_and_told_as_a_wrong_password(cast, lines):
    User.objects.filter(pk=cast.ada.pk).update(is_active=False)
    reply = guess(cast.ada.email, PASSWORD)
    assert (reply.status_code, "do not go together" in reply.text) == (422, True)
    assert f"account {cast.ada.pk}" in lines()[0]


def test_tripped_limit_of_sign_ins_is_logged(cast, lines):
    for _ in range(11):
        reply = guess(cast.ada.email)
    assert reply.status_code == 422
    assert lines()[-1].startswith(f"Refused: too many tries; account {cast.ada.pk}")


@pytest.mark.parametrize("address", ["/api/v1/organisation", "/scim/v2/Users"])
def test_wrong_token_is_logged_without_its_text(cast, lines, address):
    Program(cast.ada, cast.acme)
    headers = {"Authorization": "Bearer attest_rubbish"}
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(61):
        stranger.get(address, headers=headers)
    assert lines()[0] == "Refused: wrong token; account -; from 203.0.113.9"
    assert lines()[-1].startswith("Refused: too many wrong tokens;")
    assert "rubbish" not in "".join(lines())


def test_right_password_writes_no_line(cast, lines):
    assert guess(cast.ada.email, PASSWORD).status_code == 302
    assert not lines()


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ("/accounts/password/reset/", "account_reset_password"),
        ("/accounts/signup/", "account_signup"),
    ],
)
def test_tripped_limit_of_a_page_is_logged_once_a_try(db, settings, lines, address, view):
    settings.SIGN_UP = True
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for number in range(20):
        typed_in = {"email": f"nobody{number}@example.org"}
        assert stranger.post(address, typed_in).status_code != 429
    assert not lines()
    assert stranger.post(address, {"email": "nobody@example.org"}).status_code == 429
    assert lines() == [f"Refused: too many requests to {view}; account -; from 203.0.113.9"]


def test_tripped_limit_of_secret_links_is_logged_without_the_secret(db, lines):
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(21):
        reply = stranger.get("/share/a-guessed-secret/")
    assert reply.status_code == 429
    assert lines() == ["Refused: too many requests to seats:shared; account -; from 203.0.113.9"]


def test_refused_confirmation_is_logged_with_its_account(cast, sign_in, lines):
    client = sign_in(cast.ada)
    for _ in range(11):
        reply = client.post("/o/acme/leave/", {"password": "wrong"})
    assert reply.status_code == 429
    assert lines()[0] == f"Refused: not confirmed; account {cast.ada.pk}; from 127.0.0.1"
    assert lines()[-1].startswith(f"Refused: too many tries to confirm; account {cast.ada.pk}")
    assert len(lines()) == 11
