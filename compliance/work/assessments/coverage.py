"""Whether periods together cover an audit period. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

Period = tuple[date | None, date | None]
"""From and to; None where it has no beginning, or no end."""


def covers(period: Period, start: date, end: date) -> bool:
    """Whether one period covers the days from ``start`` to ``end``."""
    first, last = period
    return (first is None or first <= start) and (last is None or last >= end)


def leaves_gap(periods: Iterable[Period], start: date, end: date) -> bool:
    """Whether a day from ``start`` to ``end`` lies in none of the periods."""
    reached = start
    for first, last in sorted(periods, key=lambda one: one[0] or date.min):
        if first is not None and first > reached:
            return True
        if last is None or last >= end:
            return False
        reached = max(reached, last + timedelta(days=1))
    return reached <= end
