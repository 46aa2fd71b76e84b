"""The file: read by hand against RFC 5545, and again by the library."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from icalendar import Calendar

from compliance.reporting.calendar.entries import Entry
from compliance.reporting.calendar.ical import sequence_of, tag_of, written

ORGANISATION = UUID(int=5)
AT = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
HOSTILE = [
    "a;b,c\\n:d",
    "x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nTRIGGER:-PT1H",
    "x\nATTACH:https://evil.example/",
    "x\u2028ATTACH:y\u2029z\x0b\x0c\x85w",
    "\u202eesrever",
    "Ünï" * 60 + "漢字🙂" * 60,
    '"quoted": ^n ^^',
    "=HYPERLINK(1)",
    "<b>&amp;</b>",
    "a" * 1000,
]


def entry(title="Due: A list", key="action-1", day=date(2026, 12, 2), **more):
    values = {"kind": "action", "path": "/o/acme/actions/1/", "at": AT}
    return Entry(key=key, day=day, title=title, **(values | more))


def file(*entries, name="Attest, Acme"):
    return written(ORGANISATION, name, entries)


def lines(content):
    """Content lines, unfolded as RFC 5545, 3.1 says, each "name and parameters", value."""
    text = content.decode()
    assert text.endswith("\r\n")
    found = text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")
    return [re.fullmatch(r"([A-Z-]+(?:;[A-Z-]+=[^:;]+)*):(.*)", one).groups() for one in found]


def test_event_is_a_whole_day_that_makes_nobody_busy():
    assert lines(file(entry())) == [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//Attest//Calendar of duties//EN"),
        ("NAME", "Attest\\, Acme"),
        ("X-WR-CALNAME", "Attest\\, Acme"),
        ("REFRESH-INTERVAL;VALUE=DURATION", "PT6H"),
        ("X-PUBLISHED-TTL", "PT6H"),
        ("BEGIN", "VEVENT"),
        ("SUMMARY", "Due: A list"),
        ("DTSTART;VALUE=DATE", "20261202"),
        ("DTSTAMP", "20261101T083000Z"),
        ("UID", entry().uid(ORGANISATION)),
        ("SEQUENCE", str(sequence_of(AT))),
        ("CATEGORIES", "action"),
        ("LAST-MODIFIED", "20261101T083000Z"),
        ("TRANSP", "TRANSPARENT"),
        ("URL", "http://127.0.0.1:8000/o/acme/actions/1/"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_title_stays_one_text(title):
    content = file(entry(title), entry("After", "action-2"), name=title)
    raw = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in raw)
    assert all(b"\n" not in line and b"\r" not in line for line in raw)
    for line in raw:
        line.decode()  # no character is cut in two
    names = [name for name, _ in lines(content)]
    assert names.count("BEGIN") == 3
    assert not {"ATTACH", "TRIGGER"} & set(names)
    assert [str(one["summary"]) for one in Calendar.from_ical(content).walk("VEVENT")][1] == "After"


def test_title_comes_back_as_it_was():
    title = "Lösche; prüfe, „ja“ \\ nein: 漢字"
    event = Calendar.from_ical(file(entry(title))).walk("VEVENT")[0]
    assert event["summary"] == title
    assert event["dtstart"].dt == date(2026, 12, 2)
    assert event.errors == []


def test_moved_date_keeps_its_id_and_raises_its_number():
    old, new = entry(), entry(day=date(2027, 1, 3), at=AT.replace(minute=31))
    assert old.uid(ORGANISATION) == new.uid(ORGANISATION)
    assert old.uid(ORGANISATION) != old.uid(UUID(int=6))
    assert sequence_of(new.at) == sequence_of(old.at) + 60
    assert 0 <= sequence_of(datetime(2087, 1, 1, tzinfo=UTC)) < 2**31


def test_same_dates_are_the_same_bytes_and_tag():
    assert file(entry()) == file(entry())
    tag = tag_of(ORGANISATION, "x", [entry()])
    assert re.fullmatch(r'"[0-9a-f]{64}"', tag)
    assert tag == tag_of(ORGANISATION, "x", [entry()])
    others = [entry("Other"), entry(day=date(2026, 12, 3)), entry(path="/else/")]
    assert tag not in {tag_of(ORGANISATION, "x", [one]) for one in others}
    assert tag != tag_of(ORGANISATION, "y", [entry()])


def test_tag_is_another_where_the_links_are(settings):
    before, tag = file(entry()), tag_of(ORGANISATION, "x", [entry()])
    settings.URL = "https://attest.example"
    assert file(entry()) != before
    assert tag_of(ORGANISATION, "x", [entry()]) != tag


def test_calendar_without_dates_is_a_file_all_the_same():
    """A file has one component at least (3.6), so that a program empties its calendar."""
    calendar = Calendar.from_ical(file())
    assert [one.name for one in calendar.subcomponents] == ["VTIMEZONE"]
    assert lines(file())[7:-1] == [
        ("BEGIN", "VTIMEZONE"),
        ("TZID", "UTC"),
        ("BEGIN", "STANDARD"),
        ("DTSTART", "19700101T000000"),
        ("TZOFFSETFROM", "+0000"),
        ("TZOFFSETTO", "+0000"),
        ("END", "STANDARD"),
        ("END", "VTIMEZONE"),
    ]
