"""A scale of one assessment beside the period before and beside other subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from compliance.assessments.models import Assessment
from compliance.results.matrix import Stand, scale_of
from compliance.results.overview import assessments_of, current, stands_of
from compliance.results.periods import earlier_of
from compliance.results.summary_figures import GroupFigures, ScaleFigures

MOST = 12
"""Subjects side by side; the page of the whole organisation has the others."""


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


@dataclass(frozen=True)
class Beside:
    """The period before, if there is one, and the assessments of the same checklist."""

    before: Stand | None
    others: Sequence[Stand]

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
        rows = [
            (title, [_level(scale, group) for scale in scales])
            for group, title in titles.items()
        ]
        whole = [Level(scale.level_name, bool(scale.below)) for scale in scales]
        return Abreast(
            [one for one, _ in shown],
            [("All", whole), *rows],
            [scale.score for scale in scales] if any(s.score for s in scales) else [],
            len(rated) - len(shown),
        )


def beside(assessment: Assessment, today: date) -> Beside:
    """Other assessments to show beside this one, from kept figures."""
    rows = assessments_of([assessment.organisation])
    same = [
        one
        for one in current(rows)
        if one.edition.checklist_id == assessment.edition.checklist_id
    ]
    earlier = earlier_of(assessment)
    by_id = {one.pk: one for one in rows}
    before = by_id.get(earlier.pk) if earlier else None
    stands = stands_of([*same, *([before] if before else [])], today)
    others = sorted(same, key=lambda one: (one.pk != assessment.pk, one.subject))
    return Beside(
        stands[before.pk] if before else None, [stands[one.pk] for one in others]
    )


def _level(scale: ScaleFigures, key: str) -> Level:
    group = next((one for one in scale.groups if one.key == key), None)
    if group is None or group.level is None:
        return Level("", is_below=False)
    return Level(scale.names[group.level], group.is_below)
