"""An auditor's calendar: the own requests and seats, and nothing else of the organisation."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from icalendar import Calendar

from compliance.assurance.seats.actions import end_seat, reply
from compliance.identity.organisations.actions import change_role, remove_member
from compliance.identity.organisations.models import Membership
from compliance.models import Feed
from compliance.reporting.calendar import actions
from tests.support import auditor_seats, calendar_days, factories
from tests.support.factories import PASSWORD

PAGE = "/o/acme/audit/calendar/"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def seat(cast):
    """A seat with a request, among all the dates that the organisation has."""
    return calendar_days.fill_outside(cast, calendar_days.fill(cast))


def titles(client, token):
    reply = client.get(f"/feed/{token}/attest.ics")
    assert reply.status_code == 200
    return [str(one["summary"]) for one in Calendar.from_ical(reply.content).events]


def make(cast):
    return actions.make_feed(by=cast.aud, organisation=cast.acme, is_own_only=True)[1]


def test_page_has_own_requests_and_days_of_seats_only(cast, seat, sign_in):
    later = timezone.localdate() + timedelta(days=30)
    other = factories.make_assessment(cast.acme, cast.ada, subject="Next year")
    auditor_seats.give(cast, other, from_on=later, until_on=later + timedelta(days=5))
    page = sign_in(cast.aud).get(PAGE).text
    for words in ("Request due: R-1 The list", "Last day of your seat", "Next year"):
        assert words in page
    assert page.count("Your seat begins") == 1
    for words in ("Due: Q2", "Runs out", "AC-1", "share link", "Law Art. 9"):
        assert words not in page


def test_subscription_has_the_same_and_ends_with_the_membership(cast, seat, client):
    token = make(cast)
    assert titles(client, token) == [
        "Request due: R-1 The list",
        "Last day of your seat",
    ]
    remove_member(by=cast.ada, membership=Membership.objects.get(user=cast.aud))
    assert client.get(f"/feed/{token}/attest.ics").status_code == 404
    assert not Feed.objects.exists()


def test_seat_that_ends_and_request_that_is_answered_leave_it(cast, seat, client):
    token = make(cast)
    reply(by=cast.otto, request=seat.requests.get(), text="Here.")
    assert titles(client, token) == ["Last day of your seat"]
    end_seat(by=cast.otto, seat=seat)
    assert titles(client, token) == []


def test_other_auditor_sees_none_of_it(cast, seat, client):
    other = factories.make_member(cast.acme, "auditor", "Second")
    _, token = actions.make_feed(by=other, organisation=cast.acme, is_own_only=True)
    assert titles(client, token) == []
    _, token = actions.make_feed(by=other, organisation=cast.acme, is_own_only=False)
    assert titles(client, token) == []


def test_address_of_a_member_who_becomes_an_auditor_shows_their_seats(cast, seat, client):
    _, token = actions.make_feed(by=cast.con, organisation=cast.acme, is_own_only=False)
    member = Membership.objects.get(user=cast.con)
    change_role(by=cast.ada, membership=member, role="auditor")
    auditor_seats.give(cast, seat.assessment, email=cast.con.email)
    assert titles(client, token) == ["Last day of your seat"]


def test_address_is_made_on_the_page_and_taken_back(cast, seat, sign_in, client):
    auditor = sign_in(cast.aud)
    page = auditor.post(f"{PAGE}subscribe/", {"password": PASSWORD})
    assert page.status_code == 200
    token = re.search(r"/feed/([\w-]{43})/attest\.ics", page.text)[1]
    assert "your requests and seats" in " ".join(auditor.get(PAGE).text.split())
    assert auditor.post(f"{PAGE}unsubscribe/").status_code == 302
    assert client.get(f"/feed/{token}/attest.ics").status_code == 404


def test_late_request_is_a_click_away(cast, seat, sign_in):
    seat.requests.update(due_on=timezone.localdate() - timedelta(days=3))
    client = sign_in(cast.aud)
    assert "R-1" not in client.get(PAGE).text
    assert "Late (1)" in client.get(PAGE).text
    assert "R-1" in client.get(f"{PAGE}?from=late").text
