"""Before its link is used, an invitation gives nothing: no right, no name, no place."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from compliance.models import Membership, User
from tests.support.factories import PASSWORD, make_assessment

ROLES = ["owner", "officer", "contributor", "reviewer", "reader", "auditor"]


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def invite(client, role, email="zoe@example.org"):
    """Acme invites the owner of another organisation."""
    typed = {"email": email, "name": "Whoever", "role": role, "password": PASSWORD}
    return client.post("/o/acme/invitations/", typed)


@pytest.mark.parametrize("role", ROLES)
def test_account_that_is_invited_has_no_right_and_no_place(cast, sign_in, role):
    invite(sign_in(cast.ada), role)
    zoe = Client()
    zoe.post("/accounts/login/", {"login": "zoe@example.org", "password": PASSWORD})
    assert zoe.get("/o/acme/").status_code == 404
    assert zoe.get("/o/acme/audit/").status_code == 404
    assert zoe.get("/").url == "/o/other/"
    assert "Acme" not in zoe.get("/o/other/").text
    assert not Membership.objects.filter(user=cast.zoe, organisation=cast.acme).exists()


def test_name_of_an_account_stays_unknown(cast, sign_in):
    ada = sign_in(cast.ada)
    assessment = make_assessment(cast.acme, cast.ada)
    invite(ada, "contributor")
    pages = ["members/", "invitations/", f"assessments/{assessment.pk}/", "trail/"]
    for page in pages:
        reply = ada.get(f"/o/acme/{page}")
        assert (reply.status_code, "Elsewhere" in reply.text) == (200, False)


def test_seat_for_an_account_opens_nothing_and_shows_no_name(cast, sign_in):
    assessment = make_assessment(cast.acme, cast.ada)
    otto, today = sign_in(cast.otto), timezone.localdate()
    url = f"/o/acme/assessments/{assessment.pk}/auditors/"
    seat = {"from_on": today, "until_on": today, "purpose": "", "password": PASSWORD}
    reply = otto.post(url, seat | {"email": "zoe@example.org", "name": "Whoever"})
    assert (reply.status_code, "Elsewhere" in otto.get(url).text) == (302, False)
    assert "zoe@example.org" in otto.get(url).text
    assert sign_in(cast.zoe).get("/o/acme/audit/").status_code == 404


@pytest.mark.parametrize("place", ["members", "invitations"])
def test_nobody_makes_an_account_for_somebody_else(cast, sign_in, place):
    typed = {"name": "New", "role": "reader", "password": PASSWORD}
    ada = sign_in(cast.ada)
    page = ada.post(f"/o/acme/{place}/", typed | {"email": "new@example.org"})
    assert "password" not in page.text.lower()
    assert not User.objects.filter(email="new@example.org").exists()


def test_known_and_unknown_addresses_are_answered_alike(cast, sign_in):
    ada = sign_in(cast.ada)
    replies = [invite(ada, "reader", f"{who}@example.org") for who in ("zoe", "nobody")]
    assert len({(reply.status_code, reply.url) for reply in replies}) == 1
