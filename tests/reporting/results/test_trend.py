"""Month ends of an assessment, from its trail."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.content.legal_index.choices import Force
from compliance.models import Citation, MonthEnd
from compliance.reporting.results import trend
from compliance.reporting.results.queries import read
from compliance.reporting.results.trend import counted, month_ends, trends
from tests.assurance.bundles import making
from tests.support import signing
from tests.support.factories import (
    make_draft,
    make_edition,
    make_provision,
    make_scaled_edition,
    publish,
)
from tests.support.legal_indexes import amend

TODAY = date(2026, 4, 10)


def on(month, day=15):
    return time_machine.travel(datetime(2026, month, day, 12, tzinfo=UTC), tick=False)


@pytest.fixture
def quarter(cast):
    """Begun in January; answered in February and in March."""
    with on(1):
        assessment = signing.begin(cast, make_scaled_edition())
    with on(2):
        signing.answer(cast.con, assessment, "Q1", value=["c0"])
        signing.answer(cast.con, assessment, "Q4", verdict="not_met")
    with on(3):
        signing.answer(cast.con, assessment, "Q1", value=["c2"])
        signing.answer(cast.con, assessment, "Q4", verdict="met")
    with on(4, 5):
        signing.answer(cast.con, assessment, "Q4", verdict="partly")
    return assessment


def test_month_ends_are_those_before_this_month():
    assert month_ends(date(2026, 3, 31), 3) == [
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
    ]


def test_each_month_says_what_stood_at_its_end(quarter):
    found = trends([quarter], TODAY)[quarter.pk]
    assert [month.month for month in found] == [1, 2, 3]
    january, february, march = found.values()
    assert (january.law.open, january.scales[0].level) == (1, None)
    assert (february.law.not_met, february.scales[0].level) == (1, 0)
    assert (march.law.met, march.scales[0].level) == (1, 2)
    assert february.scales[0].steps({"keys": 2, "place": None}) == 2
    assert march.scales[0].steps({"keys": 2}) == 0


def test_past_months_are_counted_once(quarter, monkeypatch):
    first = trends([quarter], TODAY)
    assert MonthEnd.objects.count() == 3
    with CaptureQueriesContext(connection) as seen:
        assert trends([quarter], TODAY) == first
    assert len(seen) == 2


def test_points_by_other_rules_are_counted_again(quarter):
    trends([quarter], TODAY)
    MonthEnd.objects.update(rules="2020-01-01", figures="{}")
    assert len(trends([quarter], TODAY)[quarter.pk]) == 3
    assert set(MonthEnd.objects.values_list("rules", flat=True)) == {trend.rules()}


def test_month_is_counted_again_once_its_sources_have_another_force(cast):
    """Guidance that becomes law: what was a rating counts as a duty in every month."""
    with on(1):
        draft = make_draft()
        citation = Citation(question=draft.questions.get(key="Q1"), position=1)
        citation.provision = make_provision()
        citation.save()
        assessment = signing.begin(cast, publish(draft))
        signing.answer(cast.con, assessment, "Q1", verdict="not_met")
    for force, breaches in ((Force.LAW, 1), (Force.GUIDANCE, 0), (Force.LAW, 1)):
        amend({}, force=force)
        found = trends([assessment], TODAY)[assessment.pk]
        assert [one.law.not_met for one in found.values()] == [breaches] * 3
    assert MonthEnd.objects.count() == 3


def test_months_are_counted_anew_by_command(quarter):
    with on(4, 10):
        good = trends([quarter], TODAY)
        MonthEnd.objects.update(figures="null")
        call_command("count_results")
        assert trends([quarter], TODAY) == good


def test_assessment_of_this_month_has_no_past(cast):
    with on(4, 2):
        assessment = signing.begin(cast, make_edition())
    assert trends([assessment], TODAY)[assessment.pk] == {}


def test_months_before_an_import_are_asked_for_once(cast):
    with on(1):
        content = making.bundle_of(signing.begin(cast, making.publish("Q1", "Q2")))
    with on(3):
        here = making.brought_in(content, cast.other, cast.zoe)
    found = trends([here], TODAY)[here.pk]
    assert [month.month for month in found] == [3]
    with CaptureQueriesContext(connection) as seen:
        assert trends([here], TODAY)[here.pk] == found
    assert len(seen) == 2


def test_change_that_is_committed_after_midnight_belongs_to_the_month_before(cast):
    """A large import names its moment, and is there minutes later."""
    with on(1):
        assessment = signing.begin(cast, make_edition())
    first = date(2026, 2, 1)
    with time_machine.travel(datetime(2026, 2, 1, 0, 0, 5, tzinfo=UTC), tick=False):
        [point] = trends([assessment], first)[assessment.pk].values()
        assert point.law.met == 0
    with time_machine.travel(datetime(2026, 1, 31, 23, 59, 58, tzinfo=UTC), tick=False):
        signing.answer(cast.con, assessment, "Q1", verdict="met")
    with time_machine.travel(datetime(2026, 2, 1, 9, tzinfo=UTC), tick=False):
        [point] = trends([assessment], first)[assessment.pk].values()
    assert point.law.met == 1
    assert MonthEnd.objects.count() == 1


def test_change_in_the_last_hour_of_a_month_belongs_to_it(cast):
    """In the time zone of the installation, not in UTC."""
    with on(1):
        assessment = signing.begin(cast, make_edition())
    with time_machine.travel(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), tick=False):
        signing.answer(cast.con, assessment, "Q1", verdict="met")
    found = counted(assessment, [date(2026, 1, 31), date(2026, 2, 28)])
    is_february = timezone.localtime(datetime(2026, 1, 31, 23, 30, tzinfo=UTC)).month
    met = [point.law.met for point in found.values()]
    assert met == ([0, 1] if is_february == 2 else [1, 1])


def test_clock_that_had_been_fast_hides_nothing_from_a_month(cast):
    """What followed in the trail with the right clock was said later all the same."""
    with on(1):
        assessment = signing.begin(cast, make_edition())
    with on(6):
        signing.answer(cast.con, assessment, "Q1", verdict="met")
    with on(2):
        signing.answer(cast.con, assessment, "Q2", verdict="met")
    found = trends([assessment], TODAY)[assessment.pk]
    assert [point.law.met for point in found.values()] == [0, 2, 2]


def test_today_counted_from_the_trail_is_what_the_rows_say(quarter):
    [point] = counted(quarter, [TODAY]).values()
    result = read(quarter, TODAY)
    assert point.law == result.law.counts
    assert point.scales[0].level == result.scales[0].level
    assert point.scales[0].answered == result.scales[0].answered
