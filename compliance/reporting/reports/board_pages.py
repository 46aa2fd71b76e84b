"""What stands on the two pages of a board report, and how much of it has room. Pure.

Heights are millimetres, estimated rather too high before anything is laid out: another
font or a language of long words must not push the last lines to a third page.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import batched
from math import ceil
from typing import Any

from django.utils.text import capfirst

from compliance.reporting.reports import findings
from compliance.templatetags.paper import excerpt, short
from compliance.work.snapshots.content import Line, Task

PAGES = 2 * 257.0
"""What ``@page board`` of ``report.css`` leaves between the margins of two pages."""
LOST = 38.0
"""Left empty where the first page ends above a heading with the head of its table and a
row."""
HEADING, HEAD, ROW, REST = 12.5, 7.0, 2.7, 7.5
"""Of a heading, the head of a table, what a row adds to its text, a line below a table."""
TRUST, LOGO = 68.0, 12.5
"""Of "How far to trust this" with its hashes, and of the organisation's logo."""
NOTE = 84
"""Characters of a note below its question."""
WHOLE, TILE, SECTION = 166.0, 78.0, 39.0
"""Widths of a page, a tile and the name of a section."""
CELL, BODY, LEAD, SAYS, TITLE = 8.5, 9.5, 10.0, 15.0, 20.0
"""Sizes of text in points."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A question of a board, its answer in a few words, and what stands behind it."""

    asks: str
    says: str
    small: str

    @property
    def height(self) -> float:
        small = _text(self.asks, TILE, CELL) + _text(self.small, TILE, CELL)
        return _title(self.says, TILE, SAYS) + small + 2


@dataclass(frozen=True, slots=True)
class Decision:
    """What is asked of a board: the matters by name, ``more`` of which are not named."""

    says: str
    matters: list[str]
    more: int = 0

    def cut(self, count: int) -> "Decision":
        return replace(self, matters=self.matters[:count], more=len(self.matters[count:]))

    @property
    def height(self) -> float:
        return _text("; ".join([self.says, *self.matters]), WHOLE, BODY) + 1.5


@dataclass(frozen=True, slots=True)
class Quarter:
    """Open actions that are due in one quarter; ``more`` are not named."""

    name: str
    tasks: list[Task]
    more: int = 0

    def cut(self, count: int) -> "Quarter":
        return replace(self, tasks=self.tasks[:count], more=len(self.tasks[count:]))

    @property
    def height(self) -> float:
        titles = "; ".join(task.title for task in self.tasks)
        return _text(titles, 0.7 * WHOLE, CELL)


@dataclass(frozen=True, slots=True)
class Size:
    """How many there may be: of rows in a table, matters of a decision, actions of a
    quarter.
    """

    gaps: int
    below: int
    matters: int
    sections: int
    tasks: int


LEAST = Size(gaps=2, below=2, matters=1, sections=4, tasks=2)
"""So many have room whatever they say."""
MOST = Size(gaps=8, below=8, matters=4, sections=12, tasks=6)
"""More than these a board does not read."""


@dataclass(frozen=True)
class Board:
    """Everything on the two pages."""

    headline: str
    sentences: list[str]
    tiles: list[Tile]
    decisions: list[Decision]
    gaps: list[Line]
    gap_count: int
    below: list[findings.GapRow]
    below_count: int
    sections: list[findings.CountedRow]
    section_count: int
    quarters: list[Quarter]
    later: int
    days: int
    has_logo: bool

    @property
    def as_values(self) -> dict[str, Any]:
        """The figures and keys as the pages print them, for machines."""
        return {
            "headline": self.headline,
            "tiles": [[one.asks, capfirst(one.says), capfirst(one.small)] for one in self.tiles],
            "decisions": [
                {"says": one.says, "matters": one.matters, "more": one.more} for one in self.decisions
            ],
            "duties": _listed(self.gaps, self.gap_count),
            "criteria": _listed([row.line for row in self.below], self.below_count),
        }

    def cut(self, size: Size) -> "Board":
        return replace(
            self,
            decisions=[one.cut(size.matters) for one in self.decisions],
            gaps=self.gaps[: size.gaps],
            below=self.below[: size.below],
            sections=self.sections[: size.sections],
            quarters=[one.cut(size.tasks) for one in self.quarters],
        )

    @property
    def fitted(self) -> "Board":
        """As much of it as two pages hold."""
        size = LEAST
        for names in ("gaps", "below", "matters"), ("sections", "tasks"):
            size = self._grown(size, list(names))
        return self.cut(size)

    def _grown(self, size: Size, names: list[str]) -> Size:
        """Each of those in turn gets one more, while there is room."""
        while names:
            for name in list(names):
                count = getattr(size, name) + 1
                more = replace(size, **{name: count})
                if count <= getattr(MOST, name) and self.cut(more).height <= PAGES - LOST:
                    size = more
                else:
                    names.remove(name)
        return size

    @property
    def height(self) -> float:
        return sum(self._heights())

    def _heights(self) -> Iterator[float]:
        yield LOGO * self.has_logo + _text("", WHOLE, CELL)
        yield _title(self.headline, WHOLE, TITLE) + 7
        yield _text(" ".join(self.sentences), WHOLE, LEAD) + 8
        yield from (max(one.height for one in pair) for pair in batched(self.tiles, 2))
        yield HEADING + _text("", WHOLE, BODY) * (not self.decisions)
        yield from (one.height for one in self.decisions)
        gaps = [_question(line) for line in self.gaps]
        yield from _table(gaps, self.gap_count - len(gaps))
        below = [_criterion(row) for row in self.below]
        yield from _table(below, self.below_count - len(below))
        sections = [_text(row.title, SECTION, CELL) for row in self.sections]
        yield from _table(sections, self.section_count - len(sections))
        yield from _table([_text("", WHOLE, CELL)] * self.days, 0)
        yield from _table([one.height for one in self.quarters], self.later)
        yield TRUST


def _listed(lines: list[Line], total: int) -> dict[str, Any]:
    rows = [{"key": line.key, "title": short(line.title)} for line in lines]
    return {"total": total, "rows": rows}


def _table(rows: list[float], rest: int) -> Iterator[float]:
    """Of a table with its heading, and of the line that counts what is not in it."""
    if rows:
        yield HEADING + HEAD
        yield from (row + ROW for row in rows)
    if rest:
        yield REST


def _question(line: Line) -> float:
    """Of a question with its note, or of its owner beside them."""
    owner = line.open_tasks[0].owner if line.open_tasks else ""
    height = _text(f"{line.key} {short(line.title)}", 0.38 * WHOLE, CELL)
    if line.note:
        height += _text(excerpt(line.note)[:NOTE], 0.38 * WHOLE, CELL)
    return max(height, _text(short(owner or line.owner), 0.15 * WHOLE, CELL))


def _criterion(row: findings.GapRow) -> float:
    levels = _text(f"{row.now} → {row.wanted}", 0.22 * WHOLE, CELL)
    return max(_question(row.line), levels)


def _text(text: str, width: float, points: float) -> float:
    """Of a text in lines of that width; one line where there is none."""
    return _lines(text, width, points * 0.16) * points * 0.505


def _title(text: str, width: float, points: float) -> float:
    """The same in the letters of headings, which are broader, with less between lines."""
    return _lines(text, width, points * 0.19) * points * 0.41


def _lines(text: str, width: float, letter: float) -> int:
    """Capitals count as one and a half letters; what no font of ours has, as two."""
    letters = sum(1 + one.isupper() / 2 + (one > "\u052f") for one in text)
    return max(1, ceil(letters * letter / width))
