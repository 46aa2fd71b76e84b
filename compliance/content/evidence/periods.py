"""The period that a piece of evidence covers, in words and as a bar. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """Places on a line of ``WIDTH`` that stands for one year; None is off the line."""

    start: float
    width: float
    runs_out: float | None
    today: float
    words: str


def bar_of(
    covers_from: date | None,
    covers_to: date | None,
    expires_on: date | None,
    today: date,
) -> Bar | None:
    """The bar for the year of ``today``; None when no period was given.

    A period without an end goes on; one without a beginning always was.
    """
    if covers_from is None and covers_to is None:
        return None
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    start = max(covers_from or first, first)
    end = min(covers_to or last, last)
    is_inside = start <= end
    return Bar(
        start=_place(start) if is_inside else 0,
        width=_place(end, ending=True) - _place(start) if is_inside else 0,
        runs_out=_place(expires_on, ending=True) if expires_on and expires_on.year == today.year else None,
        today=_place(today),
        words=_words(covers_from, covers_to, today.year),
    )


def period_in_words(covers_from: date | None, covers_to: date | None) -> str:
    """ "Sep 2026", "3 Mar 2026 to 2 Mar 2027", "from 1 Jan 2026": as short as it can be."""
    if covers_from is None or covers_to is None:
        if covers_from:
            return f"from {_day(covers_from)}"
        return f"to {_day(covers_to)}" if covers_to else ""
    if covers_from.year != covers_to.year or not _is_months(covers_from, covers_to):
        return f"{_day(covers_from)} to {_day(covers_to)}"
    if (covers_from.month, covers_to.month) == (1, 12):
        return str(covers_to.year)
    first, last = f"{covers_from:%b}", f"{covers_to:%b}"
    months = first if first == last else f"{first}\u2013{last}"
    return f"{months} {covers_to.year}"


def _place(day: date, *, ending: bool = False) -> float:
    first = date(day.year, 1, 1)
    days = (date(day.year, 12, 31) - first).days + 1
    return round(((day - first).days + ending) / days * WIDTH, 1)


def _words(covers_from: date | None, covers_to: date | None, year: int) -> str:
    """The period beside the bar of a year; months of that year do without its number."""
    if covers_from is None or covers_to is None:
        return period_in_words(covers_from, covers_to)
    if covers_from <= date(year, 1, 1) and covers_to >= date(year, 12, 31):
        return "whole year"
    is_here = covers_from.year == covers_to.year == year
    if is_here and _is_months(covers_from, covers_to):
        return period_in_words(covers_from, covers_to).removesuffix(f" {year}")
    return f"{_day(covers_from)} to {_day(covers_to)}"


def _is_months(covers_from: date, covers_to: date) -> bool:
    is_last = covers_to == date.max or (covers_to + timedelta(days=1)).day == 1
    return covers_from.day == 1 and is_last


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
