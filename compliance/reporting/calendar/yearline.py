"""The next thirteen months in one line: the geometry of its SVG. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

MONTHS = 14
"""That of today, and thirteen more."""
LEFT, WIDTH = 100, 930
ROWS: Mapping[str, tuple[str, int]] = {
    "law": ("Law", 46),
    "evidence": ("Evidence", 88),
    "due": ("Due", 130),
}
"""Row to its name and the height of its line."""
_TALLEST, _STEP = 26, 4


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its first day, where it begins, and how many dates it has."""

    first: date
    x: str
    count: int

    @property
    def value(self) -> str:
        """As an address names it: "2026-12"."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Bar:
    """Some dates of one row in one half of a month."""

    x: str
    y: int
    height: int
    count: int

    @property
    def label_x(self) -> str:
        return f"{float(self.x) + 13:.1f}"


@dataclass(frozen=True, slots=True)
class Yearline:
    """The drawing: months, the day of today, diamonds of the law, and bars."""

    months: list[Month]
    today_x: str
    diamonds: list[str]
    bars: Mapping[str, list[Bar]]


def yearline(dates: Iterable[tuple[date, str]], today: date) -> Yearline:
    """The line of dates, each with its row; those outside of it are left out."""
    firsts = months_from(today, MONTHS)
    last = months_from(firsts[-1], 2)[1]
    span = (last - firsts[0]).days
    found = [(day, row) for day, row in dates if firsts[0] <= day < last]
    counted = Counter(f"{day:%Y-%m}" for day, _ in found)

    def x_of(day: date) -> str:
        return f"{LEFT + WIDTH * (day - firsts[0]).days / span:.1f}"

    halves: Counter[tuple[str, date]] = Counter()
    for day, row in found:
        if row != "law":
            halves[row, day.replace(day=1 if day.day < 16 else 16)] += 1
    bars: dict[str, list[Bar]] = {row: [] for row in ROWS if row != "law"}
    for (row, half), count in sorted(halves.items()):
        height = min(count * _STEP, _TALLEST)
        bars[row].append(Bar(x_of(half), ROWS[row][1] - height, height, count))
    return Yearline(
        [Month(one, x_of(one), counted[f"{one:%Y-%m}"]) for one in firsts],
        x_of(today),
        [x_of(day) for day in sorted({day for day, row in found if row == "law"})],
        bars,
    )


def months_from(day: date, count: int) -> list[date]:
    """First days of some months, that of ``day`` first."""
    at = day.year * 12 + day.month - 1
    return [date((at + n) // 12, (at + n) % 12 + 1, 1) for n in range(count)]


def month_of(text: str) -> date | None:
    """The first day of a month as an address names it; None for any other text."""
    year, _, month = text.partition("-")
    if not (year.isascii() and year.isdigit() and month.isascii() and month.isdigit()):
        return None
    try:
        return date(int(year), int(month), 1)
    except (ValueError, OverflowError):
        return None
