"""The page of the calendar: filters, months, pages, hostile titles."""

import pytest
import time_machine

from compliance.reporting.calendar.actions import make_feed
from tests.support import calendar_days, factories
from tests.support.calendar_days import NOON, in_days
from tests.support.page_text import flat

pytestmark = pytest.mark.django_db
PAGE = "/o/acme/calendar/"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def shown(client, query=""):
    page = client.get(f"{PAGE}{query}")
    assert page.status_code == 200
    return [entry.title for _, some in page.context["months"] for entry in some]


def counts(client, query=""):
    kinds = client.get(f"{PAGE}{query}").context["kinds"]
    return {word: count for word, _, count, _ in kinds}


def test_filters_narrow_and_count(cast, sign_in):
    assessment = calendar_days.fill(cast)
    calendar_days.fill_outside(cast, assessment)
    client = sign_in(cast.ada)
    assert counts(client) == {
        "All": 9, "Law": 1, "Answers": 1, "Put off": 1, "Actions": 1, "Evidence": 1,
        "Assessments": 1, "Auditors": 2, "Share links": 1,
    }  # fmt: skip
    assert shown(client, "?kind=law") == ["Privacy: duties begin to bind"]
    assert shown(client, f"?kind=action&person={cast.con.pk}") == ["Due: AC-1 Write the list"]
    assert shown(client, f"?person={cast.rob.pk}") == []
    assert shown(sign_in(cast.con), "?person=me&kind=answer") == ["Due: Q2 Duty 2"]
    assert counts(client, f"?assessment={assessment.pk}")["All"] == 9


@pytest.mark.parametrize(
    "query",
    [
        "?kind=nonsense",
        "?person=nonsense",
        "?person=999999",
        "?assessment=nonsense",
        "?from=2026-13",
        "?from=99999-01",
        "?from=99999999999-01",
        "?from=2026-99999999999999999999",
        "?from=²026-01",
        "?from=-",
        "?page=nonsense",
        "?page=-1",
    ],
)
def test_nonsense_is_as_if_it_were_not_there(cast, sign_in, query):
    calendar_days.fill(cast)
    assert len(shown(sign_in(cast.ada), query)) == 6


def test_assessment_of_others_does_not_narrow(cast, sign_in):
    theirs = calendar_days.fill(cast, cast.other, cast.zoe, cast.zoe)
    page = sign_in(cast.ada).get(f"{PAGE}?assessment={theirs.pk}")
    assert page.context["months"] == []
    assert "Other" not in page.text


def test_months_begin_where_the_address_says(cast, sign_in):
    for days in (-40, -1, 0, 1, 40):
        factories.make_action(cast.acme, cast.ada, title=f"In {days}", due_on=in_days(days))
    client = sign_in(cast.ada)

    def ends(query=""):
        return [title.rpartition(" ")[2] for title in shown(client, query)]

    assert ends() == ["0", "1", "40"]
    assert ends("?from=2026-11") == ["0", "1", "40"]
    assert ends("?from=2026-10") == ["-40", "-1", "0", "1", "40"]
    assert ends("?from=2027-01") == ["40"]
    assert ends("?from=2027-02") == []
    assert ends("?from=late") == ["-1", "-40"]
    assert "Late (2)" in flat(client.get(PAGE).text)


def test_twenty_dates_are_a_page(cast, sign_in):
    for day in range(45):
        factories.make_action(cast.acme, cast.ada, due_on=in_days(day))
    client = sign_in(cast.ada)
    numbers = [len(shown(client, f"?page={page}")) for page in (1, 2, 3)]
    assert numbers == [20, 20, 5]
    page = client.get(f"{PAGE}?kind=action&page=2").text
    assert "?kind=action&amp;page=3" in page


def test_hostile_title_is_text(cast, sign_in):
    title = "<script>alert(1)</script>{{ 7 }}&"
    factories.make_action(cast.acme, cast.ada, title=title, due_on=in_days(2))
    page = sign_in(cast.ada).get(PAGE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}&amp;" in page


def test_calendar_without_dates_says_where_they_come_from(cast, sign_in):
    page = flat(sign_in(cast.rob).get(PAGE).text)
    assert "No dates ahead." in page
    assert "Nothing is late." in flat(sign_in(cast.rob).get(f"{PAGE}?from=late").text)


def test_address_out_of_a_backup_is_shown_as_dead(cast, sign_in):
    feed, _ = make_feed(by=cast.rob, organisation=cast.acme, is_own_only=True)
    client = sign_in(cast.rob)
    assert "your dates, and the law" in flat(client.get(PAGE).text)
    type(feed).objects.update(token_hash="over-1")
    assert "does not work. Make a new one." in flat(client.get(PAGE).text)
