"""The moments at which digests go out. Pure.

``hour`` and ``weekday`` are those of the person's clock. An hour that a change to summer
time leaves out counts as the one after it, and one that comes twice is the first of both
(PEP 495), so that each day has one moment.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from compliance.reporting.calendar.choices import Rhythm

LONGEST = timedelta(days=8)
"""No next moment lies further ahead: one that does was set by a clock that was wrong."""


def following(now: datetime, rhythm: str, *, hour: int, weekday: int, zone: ZoneInfo) -> datetime | None:
    """The first moment after ``now`` (with a time zone); None for no rhythm."""
    if rhythm not in {Rhythm.DAILY, Rhythm.WEEKLY}:
        return None
    today = now.astimezone(zone).date()
    for ahead in range(9):
        day = today + timedelta(days=ahead)
        if rhythm == Rhythm.WEEKLY and day.weekday() != weekday:
            continue
        at = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if at > now:
            return at
    return None  # pragma: no cover - nine days hold each weekday


def zone_of(name: str, otherwise: str) -> ZoneInfo:
    """A time zone by its name; ``otherwise`` for none, and one that is not known any more."""
    try:
        return ZoneInfo(name or otherwise)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(otherwise)
