"""One assessment beside its earlier periods and beside other subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from compliance.ground.charts.shapes import Chart, bar
from compliance.reporting.results.law import COUNTED
from compliance.reporting.results.matrix import scale_of
from compliance.reporting.results.stands import (
    Stand,
    assessments_of,
    chain_of,
    current,
    stands_of,
)
from compliance.reporting.results.summary_figures import GroupFigures, ScaleFigures
from compliance.work.assessments.models import Assessment

MOST = 12
"""Subjects side by side; the page of the whole organisation has the others."""
MOST_PERIODS = 4
"""Periods side by side, this one among them."""
_BAR = 200


@dataclass(frozen=True, slots=True)
class Level:
    """One cell: the level of a part, and whether it lies below its target."""

    text: str
    is_below: bool


@dataclass(frozen=True, slots=True)
class Abreast:
    """Subjects of one checklist side by side: a row for the whole and for each part."""

    columns: list[Stand]
    rows: list[tuple[str, list[Level]]]
    scores: list[str]
    more: int


@dataclass(frozen=True, slots=True)
class Period:
    """An assessment with its duties drawn: each verdict as long as its count."""

    stand: Stand
    bar: Chart
    is_this: bool


@dataclass(frozen=True)
class Beside:
    """An assessment with its earlier periods, the newest first, and other subjects.

    ``others`` are the assessments of its checklist in use, itself before all others.
    """

    chain: Sequence[Stand]
    others: Sequence[Stand]

    @property
    def before(self) -> Stand | None:
        """The period before, if there is one."""
        return self.chain[1] if len(self.chain) > 1 else None

    def periods(self) -> list[Period]:
        """The last periods, the oldest first, as far as they have duties; none alone.

        Counted by the law and the rules of today.
        """
        stands = self.chain[::-1] if self.before else []
        most = max((one.figures.law.total for one in stands), default=0)
        return [Period(one, _drawn(one, most), one is self.chain[0]) for one in stands if most]

    def last(self, key: str) -> dict[str, GroupFigures]:
        """The groups of a scale in the period before, by key."""
        scale = scale_of(self.before.figures, key) if self.before else None
        return {one.key: one for one in scale.groups} if scale else {}

    def abreast(self, key: str) -> Abreast | None:
        """Subjects side by side; None where there is but one."""
        found = [(one, scale_of(one.figures, key)) for one in self.others]
        rated = [(one, s) for one, s in found if s and s.level is not None]
        if len(rated) < 2:
            return None
        shown = rated[:MOST]
        scales = [scale for _, scale in shown if scale]
        titles = {g.key: g.title for scale in scales for g in scale.groups}
        rows = [(title, [_level(scale, group) for scale in scales]) for group, title in titles.items()]
        whole = [Level(scale.level_name, bool(scale.below)) for scale in scales]
        return Abreast(
            [one for one, _ in shown],
            [("All", whole), *rows],
            [scale.score for scale in scales] if any(s.score for s in scales) else [],
            len(rated) - len(shown),
        )


def beside(assessment: Assessment, today: date) -> Beside:
    """Other assessments to show beside this one: five queries while figures are kept."""
    rows = assessments_of([assessment.organisation])
    same = [one for one in current(rows) if one.edition.checklist_id == assessment.edition.checklist_id]
    same.sort(key=lambda one: (one.pk != assessment.pk, one.subject))
    this = next(one for one in rows if one.pk == assessment.pk)
    chain = chain_of(this, rows)[:MOST_PERIODS]
    stands = stands_of([*{one.pk: one for one in (*chain, *same)}.values()], today)
    return Beside([stands[one.pk] for one in chain], [stands[one.pk] for one in same])


def _level(scale: ScaleFigures, key: str) -> Level:
    group = next((one for one in scale.groups if one.key == key), None)
    if group is None or group.level is None:
        return Level("", is_below=False)
    return Level(group.level_name, group.is_below)


def _drawn(one: Stand, most: int) -> Chart:
    law = one.figures.law
    parts = [("unanswered" if name == "open" else name, getattr(law, name)) for name in COUNTED]
    return bar(parts, _BAR * law.total / most)
