"""Tokens stay out of logs, and nobody floods them."""

import io
import logging

import pytest
from django.conf import settings as ours
from django.core.cache import cache
from django.test import Client
from django.utils.module_loading import import_string


@pytest.fixture
def written():
    """The lines of a console with the filters of the settings."""
    handler = logging.StreamHandler(stream := io.StringIO())
    for name in ours.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(ours.LOGGING["filters"][name]["()"])())
    logger = logging.getLogger("django")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.parametrize("token", ["wrong-Token_1", "x" * 43])
def test_refused_share_link_is_logged_without_its_token(db, client, written, token):
    assert client.get(f"/share/{token}/").status_code == 404
    assert token not in written.getvalue()
    assert "/share/.../" in written.getvalue()


@pytest.mark.parametrize("place", ["password/reset/1-", "confirm/"])
def test_refused_link_of_a_mail_is_logged_without_its_key(db, written, place):
    """Such a request used nothing up: the key opens an account still."""
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/accounts/{place}secret-key/").status_code == 403
    assert "secret-key" not in written.getvalue()
    assert f"/accounts/{place.rpartition('/')[0]}/.../" in written.getvalue()


def test_other_addresses_are_logged_whole(db, client, written):
    client.get("/o/acme/nothing-here/")
    assert "/o/acme/nothing-here/" in written.getvalue()


def many_fields(client):
    return client.post("/accounts/login/", {f"f{n}": "x" for n in range(20)})


def foreign_host(client):
    return client.get("/accounts/login/", headers={"host": "evil.example"})


@pytest.mark.parametrize("send", [foreign_host, many_fields], ids=lambda f: f.__name__)
def test_refused_request_writes_no_traceback(db, client, written, settings, send):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    cache.clear()  # else requests of other tests count here
    assert send(client).status_code == 400
    assert "Traceback" not in written.getvalue()
    assert 0 < len(written.getvalue()) < 500
