"""The moments of digests, on every clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.reporting.calendar.choices import Rhythm
from compliance.reporting.calendar.digest_times import LONGEST, following, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(available_timezones())


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moments(begin, count, rhythm=Rhythm.DAILY, *, hour=7, weekday=0, zone=BERLIN):
    found, now = [], at(begin)
    for _ in range(count):
        now = following(now, rhythm, hour=hour, weekday=weekday, zone=zone)
        found.append(f"{now:%m-%d %H:%M}")
    return found


def test_hour_is_that_of_the_persons_clock():
    assert moments("2026-07-01 04:59", 2) == ["07-01 05:00", "07-02 05:00"]
    assert moments("2026-12-01 06:00", 1) == ["12-02 06:00"]
    assert moments("2026-12-01 00:00", 1, zone=ZoneInfo("Asia/Kathmandu")) == ["12-01 01:15"]


def test_hour_that_summer_time_leaves_out_is_the_next_one():
    found = moments("2026-03-27 12:00", 3, hour=2)
    assert found == ["03-28 01:00", "03-29 01:00", "03-30 00:00"]


def test_hour_that_comes_twice_is_taken_once():
    found = moments("2026-10-23 12:00", 3, hour=2)
    assert found == ["10-24 00:00", "10-25 00:00", "10-26 01:00"]


def test_week_has_one_day():
    found = moments("2026-11-28 12:00", 3, Rhythm.WEEKLY, weekday=4)
    assert found == ["12-04 06:00", "12-11 06:00", "12-18 06:00"]


def test_day_that_a_zone_leaves_out_loses_nothing():
    """Samoa had no 30 December 2011."""
    found = moments("2011-12-28 12:00", 4, zone=ZoneInfo("Pacific/Apia"))
    assert len(set(found)) == 4


@pytest.mark.parametrize("rhythm", ["", Rhythm.NEVER, "nonsense"])
def test_no_rhythm_has_no_moment(rhythm):
    assert following(at("2026-11-28"), rhythm, hour=7, weekday=0, zone=BERLIN) is None


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    rhythm=st.sampled_from([Rhythm.DAILY, Rhythm.WEEKLY]),
    hour=st.integers(0, 23),
    weekday=st.integers(0, 6),
    name=st.sampled_from(ZONES),
)
def test_next_moment_is_ahead_and_never_far(now, rhythm, hour, weekday, name):
    now, zone = now.replace(tzinfo=UTC), ZoneInfo(name)
    found = following(now, rhythm, hour=hour, weekday=weekday, zone=zone)
    assert now < found <= now + LONGEST
    if rhythm == Rhythm.WEEKLY:
        assert (found.astimezone(zone) - timedelta(hours=2)).weekday() in {
            weekday,
            (weekday - 1) % 7,
        }


@pytest.mark.parametrize("name", ["Mars/Base", "../etc/passwd", "", "x" * 60])
def test_unknown_zone_is_that_of_the_installation(name):
    assert zone_of(name, "Europe/Berlin") == BERLIN
