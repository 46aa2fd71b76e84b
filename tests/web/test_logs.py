"""Tokens stay out of logs."""

import io
import logging

import pytest
from django.conf import settings
from django.utils.module_loading import import_string


@pytest.fixture
def written():
    """What a console shows with the filters of the settings."""
    handler = logging.StreamHandler(stream := io.StringIO())
    for name in settings.LOGGING["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(settings.LOGGING["filters"][name]["()"])())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.parametrize("token", ["wrong-Token_1", "x" * 43])
def test_refused_share_link_is_logged_without_its_token(db, client, written, token):
    assert client.get(f"/share/{token}/").status_code == 404
    assert token not in written.getvalue()
    assert "/share/.../" in written.getvalue()


def test_other_addresses_are_logged_whole(db, client, written):
    client.get("/o/acme/nothing-here/")
    assert "/o/acme/nothing-here/" in written.getvalue()
