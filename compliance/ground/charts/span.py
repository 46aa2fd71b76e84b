"""A bar on an axis of quarters, the same axis in every row of a plan. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from compliance.ground.charts.shapes import Chart, Shape, part

WIDE, HIGH = 480, 24
_LEAST = 5
"""A bar is never thinner."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of a calendar year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def next(self) -> "Quarter":
        year, number = self.year + self.number // 4, self.number % 4 + 1
        return Quarter(year, number)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    def __str__(self) -> str:
        return f"Q{self.number} {self.year}"


@dataclass(frozen=True)
class Axis:
    """Some quarters side by side; ``today`` and ``marks`` are upright lines."""

    quarters: list[Quarter]
    today: date
    marks: tuple[date, ...] = ()

    @classmethod
    def over(cls, days: Iterable[date], today: date, marks: Iterable[date]) -> "Axis":
        """The quarters from the first to the last of some days, at most eight."""
        every = [*days, today]
        quarters, last = [Quarter.of(min(every))], Quarter.of(max(every))
        while quarters[-1] != last:
            quarters.append(quarters[-1].next)
        now = Quarter.of(today)
        before = [one for one in quarters if one.first < now.first][-2:]
        shown = before + [one for one in quarters if one.first >= now.first][:6]
        inside = [m for m in marks if shown[0].first <= m <= shown[-1].last]
        return cls(shown, today, tuple(inside))

    def place(self, day: date) -> float:
        """Where a day lies; one outside lies at the edge."""
        first, last = self.quarters[0].first, self.quarters[-1].last
        share = (day - first).days / max((last - first).days, 1)
        return round(min(max(share, 0), 1) * WIDE, 1)

    def span(self, start: date, end: date, tone: str) -> Chart:
        """A bar between two days, over the lines of the axis."""
        left, right = self.place(start), self.place(end)
        left = min(left, right - _LEAST) if right > _LEAST else 0
        lines = "".join(_line(self.place(one.first)) for one in self.quarters[1:])
        marks = "".join(_line(self.place(day)) for day in self.marks)
        return Chart(
            f"0 0 {WIDE} {HIGH}",
            (
                Shape(lines, "ring"),
                Shape(marks, "wanted"),
                *part(tone, left, max(right - left, _LEAST), 12, 6),
                Shape(_line(self.place(self.today)), "line"),
            ),
        )


def _line(x: float) -> str:
    return f"M{x:g} 0v{HIGH}"
