"""Whoever runs Attest sees in the log who is being guessed, and from where."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from compliance.models import User
from tests.calling import Program
from tests.factories import PASSWORD

SIGN_IN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_tries_before():
    cache.clear()


@pytest.fixture
def lines(caplog):
    """The lines about refused sign-ins."""

    def found():
        return [
            one.getMessage() for one in caplog.records if one.name == "attest.sign_in"
        ]

    return found


def guess(email, typed_text="wrong", network="203.0.113.9"):
    typed_in = {"login": email, "password": typed_text}
    return Client(REMOTE_ADDR=network).post(SIGN_IN, typed_in)


def test_wrong_password_is_logged_with_account_and_network(cast, lines):
    reply = guess(cast.ada.email.upper())
    assert (reply.status_code, "do not go together" in reply.text) == (422, True)
    assert lines() == [
        f"Refused: wrong password; account {cast.ada.pk}; from 203.0.113.9"
    ]


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
