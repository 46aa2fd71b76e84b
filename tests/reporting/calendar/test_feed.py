"""Subscriptions: made once, read by whoever holds the address, and ended."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from icalendar import Calendar

from compliance.identity.organisations.actions import change_role, leave, remove_member
from compliance.models import (
    Answer,
    Event,
    Feed,
    Membership,
    Organisation,
    Reminders,
)
from compliance.proof.audit import tables
from compliance.reporting.calendar import actions
from compliance.work.assessments.actions import save_answer
from compliance.work.assessments.versions import Known
from compliance.work.remediation.actions import change_action
from tests.support import calendar_days, factories
from tests.support.calendar_days import NOON
from tests.support.factories import PASSWORD
from tests.support.provider_sign_in import protect, shut_out
from tests.test_doors import rows_of

pytestmark = pytest.mark.django_db
MAKE, END = "/o/acme/calendar/subscribe/", "/o/acme/calendar/unsubscribe/"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def assessment(cast):
    made = calendar_days.fill(cast)
    calendar_days.fill_outside(cast, made)
    return made


def make(cast, person, *, is_own_only=False):
    return actions.make_feed(by=person, organisation=cast.acme, is_own_only=is_own_only)[1]


def titles(client, token, **headers):
    reply = client.get(f"/feed/{token}/attest.ics", headers=headers)
    assert reply.status_code == 200
    return [str(one["summary"]) for one in Calendar.from_ical(reply.content).events]


def ask(client, token, **more):
    return client.get(f"/feed/{token}/attest.ics", **more)


def test_address_is_shown_once_and_only_its_hash_is_kept(cast, sign_in):
    client = sign_in(cast.rob)
    page = client.post(MAKE, {"reach": "all", "password": PASSWORD})
    assert page.status_code == 200
    token = re.search(r"/feed/([\w-]{43})/attest\.ics", page.text)[1]
    assert token not in str(Feed.objects.values().get())
    assert token not in client.get("/o/acme/calendar/").text
    event = Event.objects.get(action="feed.made")
    assert (event.actor, token in event.payload) == (cast.rob, False)
    assert Feed.objects.get().token_hash not in event.payload


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"password": ""}, "Type your password."),
        ({"reach": "everything"}, "Choose which dates to send."),
    ],
)
def test_refused_address_is_not_made(cast, sign_in, form, words):
    values = {"reach": "own", "password": PASSWORD} | form
    page = sign_in(cast.rob).post(MAKE, values)
    assert (page.status_code, Feed.objects.count()) == (422, 0)
    assert words in page.text


def test_sample_has_no_address_and_its_page_says_so(cast, sign_in):
    Organisation.objects.filter(pk=cast.acme.pk).update(sample_of=cast.ada)
    client = sign_in(cast.ada)
    said = "The dates of a sample are in no calendar but its own."
    shown = client.get("/o/acme/calendar/").text
    assert said in shown
    assert f'action="{MAKE}#subscribe"' not in shown
    page = client.post(MAKE, {"reach": "all", "password": PASSWORD})
    assert (page.status_code, said in page.text) == (422, True)
    assert not Feed.objects.exists()


def test_file_has_what_its_person_may_see(cast, assessment, client):
    assert len(titles(client, make(cast, cast.ada))) == 9
    seen = titles(client, make(cast, cast.rob))
    assert len(seen) == 6
    assert not any("seat" in one or "share link" in one for one in seen)
    mine = titles(client, make(cast, cast.con, is_own_only=True))
    assert mine == [
        "Due: Q2 Duty 2 (Privacy, Acme)",
        "Runs out: Policy",
        "Due: AC-1 Write the list",
        "Take up again: Q3 Duty 3 (Privacy, Acme)",
    ]


def test_file_holds_titles_and_nothing_else(cast, assessment, client):
    assessment.answers.update(note="Secret note", reason="Secret reason")
    cast.acme.actions.update(text="Secret text")
    content = ask(client, make(cast, cast.ada)).content.decode()
    assert "Secret" not in content
    assert "DESCRIPTION" not in content
    assert "example.org" not in content


def test_other_organisation_is_not_in_it(cast, assessment, client):
    calendar_days.fill(cast, cast.other, cast.zoe, cast.zoe)
    found = ask(client, make(cast, cast.ada)).content.decode()
    assert "/o/acme/" in found
    assert "/o/other/" not in found


def test_role_of_today_decides(cast, assessment, client):
    token = make(cast, cast.otto)
    assert len(titles(client, token)) == 9
    member = Membership.objects.get(user=cast.otto)
    change_role(by=cast.ada, membership=member, role="reader")
    assert len(titles(client, token)) == 6
    change_role(by=cast.ada, membership=member, role="auditor")
    assert titles(client, token) == []
    assert not Event.objects.filter(action="feed.ended").exists()


@pytest.mark.parametrize("how", ["removed", "left"])
def test_address_ends_with_the_membership(cast, assessment, client, how):
    token = make(cast, cast.rob)
    member = Membership.objects.get(user=cast.rob)
    if how == "removed":
        remove_member(by=cast.ada, membership=member)
    else:
        leave(by=cast.rob, membership=member)
    assert ask(client, token).status_code == 404
    assert not Feed.objects.exists()
    factories.Membership.objects.create(organisation=cast.acme, user=cast.rob, role="reader")
    assert ask(client, token).status_code == 404


def test_closed_account_opens_nothing(cast, client):
    token = make(cast, cast.rob)
    cast.rob.is_active = False
    cast.rob.save()
    assert ask(client, token).status_code == 404


@pytest.mark.parametrize("name", ["con", "aud"])
def test_address_of_somebody_without_the_second_factor_opens_nothing(cast, client, name):
    person = getattr(cast, name)
    token = make(cast, person)
    shut_out(cast.ada, cast.acme, "second_factor_from")
    assert ask(client, token).status_code == 404
    protect(person)
    assert ask(client, token).status_code == 200
    shut_out(cast.ada, cast.acme, "sign_on_only")
    assert ask(client, token).status_code == 200  # it is about sessions


def test_address_taken_back_opens_nothing(cast, client, sign_in):
    token = make(cast, cast.rob)
    assert sign_in(cast.rob).post(END).status_code == 302
    assert ask(client, token).status_code == 404
    event = Event.objects.get(action="feed.ended")
    assert event.actor == cast.rob
    sign_in(cast.rob).post(END)
    assert Event.objects.filter(action="feed.ended").count() == 1


def test_nobody_takes_back_that_of_others(cast, client, sign_in):
    token = make(cast, cast.rob)
    sign_in(cast.ada).post(END)
    assert ask(client, token).status_code == 200


def test_new_address_ends_the_old_one(cast, client):
    old, new = make(cast, cast.rob), make(cast, cast.rob)
    assert ask(client, old).status_code == 404
    assert ask(client, new).status_code == 200
    assert Feed.objects.count() == 1


def test_stranger_makes_no_address(cast):
    with pytest.raises(ValidationError):
        make(cast, cast.zoe)
    assert not Feed.objects.exists()


def test_unchanged_dates_are_not_sent_again(cast, assessment, client):
    token = make(cast, cast.ada)
    with time_machine.travel(NOON, tick=False):
        first = ask(client, token)
        same = ask(client, token, headers={"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same["ETag"] == first["ETag"]
        cast.acme.actions.update(title="Write another list")
        other = ask(client, token, headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200
    assert b"Write another list" in other.content


def test_headers_keep_it_private(cast, client):
    reply = ask(client, make(cast, cast.ada))
    assert reply["Cache-Control"] == "private, no-cache"
    assert reply["Content-Type"] == "text/calendar; charset=utf-8"
    assert reply["Referrer-Policy"] == "no-referrer"
    assert "noindex" in reply["X-Robots-Tag"]
    assert "Set-Cookie" not in reply


def test_looking_writes_nothing(cast, assessment, client):
    token = make(cast, cast.ada)
    before = rows_of()
    assert ask(client, token).status_code == 200
    assert client.head(f"/feed/{token}/attest.ics").content == b""
    assert rows_of() == before


@pytest.mark.slow
def test_guessing_is_slowed_down_for_a_minute_and_locks_no_neighbour_out(cast, client, still):
    token = make(cast, cast.rob)
    assert {ask(client, f"guess{n}").status_code for n in range(20)} == {404}
    refused = ask(client, "guess")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert ask(client, token).status_code == 200


@pytest.mark.slow
def test_hammering_is_slowed_down_for_an_hour(cast, client, still):
    token = make(cast, cast.rob)
    replies = [ask(client, token) for _ in range(61)]
    assert [one.status_code for one in replies] == [200] * 60 + [429]
    assert replies[60]["Retry-After"] == "3600"


def test_moved_action_keeps_its_id_and_gets_a_later_number(cast, client):
    token = make(cast, cast.ada)
    with time_machine.travel(NOON, tick=False) as clock:
        factories.make_action(cast.acme, cast.ada, due_on=calendar_days.in_days(3))
        factories.take_into_trail(cast.acme)
        first = Calendar.from_ical(ask(client, token).content).events[0]
        clock.shift(timedelta(hours=2))
        change_action(
            by=cast.ada,
            organisation=cast.acme,
            number=1,
            changes={"due_on": calendar_days.in_days(9)},
            base=0,
        )
        second = Calendar.from_ical(ask(client, token).content).events[0]
    assert first["uid"] == second["uid"]
    assert second["sequence"] > first["sequence"]
    assert second["dtstart"].dt - first["dtstart"].dt == timedelta(days=6)


def test_day_with_fewer_answers_gets_a_later_number(cast, client):
    """What remains was changed before what left: its own last change would lie back."""
    token = make(cast, cast.ada)
    with time_machine.travel(NOON, tick=False) as clock:
        assessment = factories.make_assessment(cast.acme, cast.ada)
        first, second = assessment.answers.order_by("pk")[:2]
        events = []
        for answer, field, value in (
            (first, "due_on", calendar_days.in_days(3)),
            (second, "due_on", calendar_days.in_days(3)),
            (second, "verdict", "met"),
        ):
            clock.shift(timedelta(hours=1))
            save_answer(
                by=cast.ada,
                organisation=cast.acme,
                assessment_id=assessment.pk,
                answer_id=answer.pk,
                changes={field: value},
                base=Known(Answer.objects.get(pk=answer.pk).version),
            )
            events += Calendar.from_ical(ask(client, token).content).events
    assert [str(one["summary"]) for one in events] == [
        "Due: Q1 Duty 1 (Privacy, Acme)",
        "2 answers are due (Privacy, Acme)",
        "Due: Q1 Duty 1 (Privacy, Acme)",
    ]
    assert len({one["uid"] for one in events}) == 1
    numbers = [one["sequence"] for one in events]
    assert numbers == sorted(set(numbers))


def test_answers_of_two_assessments_are_told_apart(cast, client):
    """A calendar program shows the title alone."""
    token = make(cast, cast.ada)
    edition = factories.make_edition(3)
    for subject in ("Shop", "Bank"):
        made = factories.make_assessment(cast.acme, cast.ada, edition, subject=subject)
        first, second, third = made.answers.order_by("pk")
        Answer.objects.filter(pk=first.pk).update(due_on=calendar_days.in_days(3))
        made.answers.filter(pk__in=[second.pk, third.pk]).update(due_on=calendar_days.in_days(4))
    events = Calendar.from_ical(ask(client, token).content).events
    title = edition.checklist.title
    assert {str(one["summary"]) for one in events} == {
        f"Due: Q1 Duty 1 ({title}, Shop)",
        f"Due: Q1 Duty 1 ({title}, Bank)",
        f"2 answers are due ({title}, Shop)",
        f"2 answers are due ({title}, Bank)",
    }


@pytest.mark.slow
def test_token_changed_behind_the_trail_is_found(cast):
    make(cast, cast.rob)
    make(cast, cast.rob)
    assert faults(cast.acme) == []
    Feed.objects.update(token_hash="0" * 64)
    [fault] = faults(cast.acme)
    assert "“token hash” was changed" in fault
    Feed.objects.update(token_hash="over-1")
    assert faults(cast.acme) == []


def faults(organisation):
    """Faults of feeds in the trail; the rows of the cast are in no event."""
    found = [one.what for one in tables.faults(organisation.pk)]
    return [what for what in found if what.startswith("feed ")]


def test_late_dates_leave_the_file_after_a_month(cast, client):
    token = make(cast, cast.ada)
    factories.make_action(cast.acme, cast.ada, due_on=calendar_days.in_days(-31))
    factories.make_action(cast.acme, cast.ada, due_on=calendar_days.in_days(-32))
    assert titles(client, token) == ["Due: AC-1 Write the list"]


def test_packed_file_is_not_sent_again_either(cast, assessment, client):
    token = make(cast, cast.ada)
    packed = {"Accept-Encoding": "gzip"}
    first = ask(client, token, headers=packed)
    assert first["Content-Encoding"] == "gzip"
    again = ask(client, token, headers=packed | {"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_titles_are_in_the_language_of_the_person(cast, client):
    token = make(cast, cast.con)
    Reminders.objects.create(organisation=cast.acme, user=cast.con, language="de")
    factories.make_action(cast.acme, cast.ada, due_on=calendar_days.in_days(3))
    assert titles(client, token) == ["Fällig: AC-1 Write the list"]
