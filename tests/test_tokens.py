"""A form that comes from another page, without the token of this one, does nothing."""

import pytest
from django.core.cache import cache
from django.test import Client

from compliance.models import Event
from tests.test_doors import DOORS, address, all_doors, cast, keys, world  # noqa: F401

pytestmark = pytest.mark.slow

BY_OTHERS = {"calendar:stop", "sign_on:answer"}
"""Mail programs send no token (RFC 8058): the address is signed, and opens one thing. Nor do
providers of SAML: their answer is signed, and is of a question that this browser was given."""


@pytest.mark.parametrize("person", [None, "ada"])
def test_every_form_asks_for_its_token(person, keys, cast):  # noqa: F811
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    if person:
        client.force_login(getattr(cast, person))
    count, wrong = Event.objects.count(), []
    taking = [door for door in all_doors() if "POST" in DOORS[door.name][1] and door.name not in BY_OTHERS]
    assert len(taking) > 100
    for door in taking:
        cache.clear()
        reply = client.post(address(door, keys), {"csrfmiddlewaretoken": "x" * 64})
        templates = {template.name for template in reply.templates}
        if reply.status_code != 403 or "403_csrf.html" not in templates:
            wrong.append((door.name, reply.status_code))
    assert wrong == []
    assert Event.objects.count() == count
