"""The result of the answers in a report: by the rules of the result page, from the content.

A signed state does not change, so its counts and levels do not, either.
Targets are no part of what is signed: they are those that hold when the report is made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from compliance.content.checklists.fined import tiers_of
from compliance.content.checklists.force import Mark
from compliance.content.checklists.models import Edition
from compliance.content.checklists.rating import Rating, by_label
from compliance.content.checklists.scales import Scale, ratings, scales_of
from compliance.content.legal_index.fines import Tier
from compliance.reporting.results.choices import Proof
from compliance.reporting.results.law import LawResult, count, law_result
from compliance.reporting.results.law import Section as Counted
from compliance.reporting.results.levels import ScaleResult, is_staged, scale_result
from compliance.reporting.results.models import Target
from compliance.reporting.results.queries import (
    divided,
    levels_of,
    rating_keys,
    reached,
    roles_of,
)
from compliance.work.assessments.models import Assessment
from compliance.work.snapshots.content import Content, Line, Section


@dataclass(frozen=True, slots=True)
class SetTarget:
    """A target: the level of a group, and who set it when."""

    scale: str
    group: str
    level: int
    set_by: str
    set_at: datetime


@dataclass(frozen=True)
class Measures:
    """The yardsticks beside a content: those of its edition, of the law, and targets.

    ``offered`` are the ratings of each choice by question key and by its words. By
    question key, too: ``remedies``, what to do first; ``tiers``, the upper limits of
    fines; ``binds``, the roles. ``roles`` are the names of all, ``stated`` those that
    the organisation says it has.
    """

    scales: tuple[Scale, ...] = ()
    offered: Mapping[str, dict[str, Rating]] = field(default_factory=dict)
    remedies: Mapping[str, str] = field(default_factory=dict)
    binds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tiers: Mapping[str, Tier] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    stated: tuple[str, ...] = ()
    targets: tuple[SetTarget, ...] = ()


UNMEASURED = Measures()
"""An edition of which nothing more is known."""


@dataclass(frozen=True)
class Measured:
    """The result: law, practice by section, and each scale that has criteria.

    ``answers`` are lines by key.
    """

    law: LawResult
    practice: tuple[Counted, ...]
    scales: tuple[ScaleResult, ...]
    answers: Mapping[str, Line]
    targets: tuple[SetTarget, ...]

    @property
    def levels(self) -> list[ScaleResult]:
        """Scales that are read by the lowest answer."""
        return [one for one in self.scales if not is_staged(one.scale)]

    @property
    def stages(self) -> list[ScaleResult]:
        """Scales with a mean beside the lowest answer."""
        return [one for one in self.scales if is_staged(one.scale)]

    def last_target(self, scale: str) -> SetTarget | None:
        """The newest target of a scale."""
        found = [one for one in self.targets if one.scale == scale]
        return max(found, key=lambda one: one.set_at, default=None)


def measures_of(edition: Edition, assessment: Assessment, choices: Mapping[str, list[Any]]) -> Measures:
    """The yardsticks of an edition, roles of an assessment as it stood, targets of today.

    ``choices`` are those of ``queries.choices_in``.
    """
    scales = tuple(scales_of(edition.scales))
    targets = Target.objects.holding_for(assessment).select_related("set_by")
    questions = list(edition.questions.order_by().values_list("key", "remedy", "binds"))
    return Measures(
        scales=scales,
        offered={key: by_label(ratings(found)) for key, found in (choices if scales else {}).items()},
        remedies={key: remedy for key, remedy, _ in questions},
        binds={key: binds for key, _, binds in questions},
        tiers=tiers_of(edition.pk),
        roles=edition.roles,
        stated=tuple(assessment.facts.get(edition.role_fact) or ()),
        targets=tuple(
            SetTarget(one.scale, one.group, one.level, str(one.set_by), one.set_at)
            for one in (targets if scales else ())
        ),
    )


def measured(content: Content, day: date, measures: Measures, marks: Mapping[str, Mark]) -> Measured:
    """The result of a content on a day."""
    criteria, duties = divided(
        _rows(content, measures),
        measures.scales,
        measures.offered,
        _proofs(content, day),
        day,
        rates=rating_keys(marks),
        tiers=measures.tiers,
    )
    scales = (scale_result(one, criteria, levels_of(one, measures.targets)) for one in measures.scales)
    practice = groupby(
        (one for one in duties if not one.is_law),
        key=lambda one: (one.section, one.section_title),
    )
    return Measured(
        law_result(duties, roles_of(measures.roles, measures.stated, duties)),
        tuple(Counted(*section, count(some)) for section, some in practice),
        tuple(one for one in scales if one.criteria),
        {line.key: line for line in content.applying},
        measures.targets,
    )


def _rows(content: Content, measures: Measures) -> Iterator[dict[str, Any]]:
    """Each line that applies, with the names that the rules have for its columns."""
    pairs = ((part, line) for part in content.sections for line in part.applying)
    for number, (section, line) in enumerate(pairs):
        yield _row(number, section, line, measures)


def _row(number: int, section: Section, line: Line, measures: Measures) -> dict[str, Any]:
    return {
        "pk": number,
        "verdict": line.verdict,
        "value": line.value,
        "binds_from": line.binds_from,
        "na_by": line.na_by or None,
        "na_confirmed_by": line.na_confirmed_by or None,
        "question__key": line.key,
        "question__title": line.title,
        "question__weight": line.weight,
        "question__remedy": measures.remedies.get(line.key, ""),
        "question__binds": measures.binds.get(line.key, ()),
        "question__section__key": str(section.number),
        "question__section__title": section.title,
    }


def _proofs(content: Content, day: date) -> dict[int, Proof]:
    """How far the evidence of each line reaches, by the number of ``_rows``."""
    dated = {
        number: [(one.covers_from, one.covers_to, one.expires_on) for one in line.proofs]
        for number, line in enumerate(content.applying)
    }
    return reached(dated, content.period_from, content.period_to, day)
