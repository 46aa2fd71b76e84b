"""A calendar as iCalendar (RFC 5545, with the names of RFC 7986). Pure.

``icalendar`` escapes texts (3.3.11) and folds lines (3.1). Each date is an event of one
whole day (3.6.1: a ``DTSTART`` that is a date, without an end) that makes nobody busy.
``DTSTAMP`` is the last change of the date, as 3.8.7.2 has it for a file without
``METHOD``: so the same dates are the same bytes.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from icalendar import (
    Calendar,
    Event,
    Timezone,
    TimezoneStandard,
    vDuration,
    vText,
    vUri,
)

from compliance.ground.web.mail import absolute, one_line
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry

MEDIA_TYPE = "text/calendar; charset=utf-8"
AGAIN = timedelta(hours=6)
"""How often a program may look again (RFC 7986, 5.7)."""
OF_ANSWERS = frozenset({Kind.ANSWER, Kind.LATER})
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def tag_of(organisation_id: UUID, name: str, entries: Iterable[Entry]) -> str:
    """A mark of the bytes of ``written``, at a fraction of the work (RFC 9110, 8.8.3)."""
    digest = hashlib.sha256(f"{absolute('')} {organisation_id} {name}".encode())
    for one in entries:
        said = (one.key, one.kind, one.day, _summary(one), one.path)
        digest.update(repr(said).encode())
        digest.update(one.at.isoformat().encode())
    return f'"{digest.hexdigest()}"'


def written(organisation_id: UUID, name: str, entries: Iterable[Entry]) -> bytes:
    """The file: a title and a page for each date (answers with their assessment), no more."""
    calendar = Calendar()
    calendar.add("prodid", "-//Attest//Calendar of duties//EN")
    calendar.add("version", "2.0")
    for key in ("name", "x-wr-calname"):
        calendar.add(key, vText(one_line(name)))
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(AGAIN))
    for entry in entries:
        calendar.add_component(_event(organisation_id, entry))
    if not calendar.subcomponents:
        calendar.add_component(_utc())
    content: bytes = calendar.to_ical()
    return content


def _utc() -> Timezone:
    """A zone that no date needs: a file has one component at least (3.6)."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    standard.add("dtstart", datetime(1970, 1, 1))
    for name in ("tzoffsetfrom", "tzoffsetto"):
        standard.add(name, timedelta(0))
    zone.add_component(standard)
    return zone


def _event(organisation_id: UUID, entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid(organisation_id))
    event.add("dtstamp", entry.at.astimezone(UTC))
    event.add("last-modified", entry.at.astimezone(UTC))
    event.add("sequence", sequence_of(entry.at))
    event.add("dtstart", entry.day)
    event.add("summary", _summary(entry))
    event.add("categories", [str(entry.kind)])
    event.add("transp", "TRANSPARENT")
    event.add("url", vUri(absolute(entry.path)))
    return event


def _summary(entry: Entry) -> str:
    """The title; answers with their assessment, since those of several are called alike."""
    of = f" ({entry.detail})" if entry.kind in OF_ANSWERS else ""
    return one_line(f"{entry.title}{of}")


def sequence_of(moment: datetime) -> int:
    """A number that grows with each change, as 3.8.7.4 wants it: seconds since 2020.

    It fits into 31 bits until 2088.
    """
    return max(int((moment - _BEGIN).total_seconds()), 0)
