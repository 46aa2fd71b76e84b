"""The figures of a result that lists and overviews show, as plain values. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from compliance.content.checklists.scales import Scale
from compliance.content.legal_index.fines import Tier
from compliance.proof.audit.chain import canonical, digest
from compliance.reporting.results.law import Counts, Exposure, Later, LawResult, Section
from compliance.reporting.results.levels import (
    GroupResult,
    ScaleResult,
    is_staged,
    target_name,
)

WORST = 5
"""Duties not met that are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A duty that binds today and is not met, by the id of its answer."""

    answer: int
    key: str
    title: str
    weight: int
    tier: Tier | None

    @property
    def gravity(self) -> tuple[int, int]:
        """The higher the graver: limit of fines, then weight."""
        return self.tier.amount if self.tier else 0, self.weight


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """A group of a scale; ``mean`` is text with one decimal, "" without an answer.

    Levels have the names of their own edition: that of another period may differ.
    """

    key: str
    title: str
    across: bool
    level: int | None
    level_name: str
    target: int | None
    target_name: str
    is_beyond: bool
    mean: str
    steps: int
    answered: int
    open: int

    @property
    def is_below(self) -> bool:
        return None not in (self.level, self.target) and self.level < self.target  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class ScaleFigures:
    """A scale as a whole; ``score`` is text, "" where the scale has none."""

    key: str
    name: str
    is_staged: bool
    level: int | None
    level_name: str
    score: str
    criteria: int
    answered: int
    backed: int
    proved: int
    steps: int
    has_targets: bool
    is_provisional: bool
    groups: tuple[GroupFigures, ...]

    @property
    def open(self) -> int:
        return self.criteria - self.answered

    @property
    def below(self) -> list[GroupFigures]:
        """Groups below their target."""
        return [one for one in self.groups if one.is_below]

    @property
    def beyond(self) -> list[GroupFigures]:
        """Groups whose target is above the scale."""
        return [one for one in self.groups if one.is_beyond]

    @property
    def lowest(self) -> list[GroupFigures]:
        """Groups with the lowest level of all."""
        return [g for g in self.groups if g.level is not None and g.level == self.level]


@dataclass(frozen=True, slots=True)
class Voided:
    """Since when a signature is void, UTC, and the changes that void it."""

    since: datetime
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure of one assessment that is shown beside those of others."""

    law: Counts
    sections: tuple[Section, ...]
    practice: Counts
    ahead: tuple[Later, ...]
    tiers: tuple[Exposure, ...]
    roles: tuple[Exposure, ...]
    worst: tuple[Breach, ...]
    scales: tuple[ScaleFigures, ...]
    void: Voided | None = None

    @property
    def to_prepare(self) -> int:
        return sum(one.counts.total for one in self.ahead)

    @property
    def answered(self) -> int:
        """Questions that say something, of duties, practice and scales."""
        rated = sum(scale.answered for scale in self.scales)
        both = (self.law, self.practice)
        return rated + sum(one.total - one.open for one in both)

    @property
    def asked(self) -> int:
        """Questions that count."""
        rated = sum(scale.criteria for scale in self.scales)
        return rated + self.law.total + self.practice.total


_FIGURES = TypeAdapter(Figures)
SHAPE = digest(canonical(_FIGURES.json_schema()))[:16]
"""A mark of the fields above: figures that were kept with others are counted again."""


def figures_of(law: LawResult, scales: Iterable[ScaleResult], void: Voided | None = None) -> Figures:
    """The figures of a result."""
    return Figures(
        law=law.counts,
        sections=tuple(law.sections),
        practice=law.practice,
        ahead=tuple(law.later),
        tiers=tuple(law.tiers),
        roles=tuple(law.roles),
        worst=tuple(
            Breach(duty.id, duty.key, duty.title, duty.weight, duty.tier)
            for duty in [d for d in law.gaps if d.counted == "not_met"][:WORST]
        ),
        scales=tuple(_scale(one) for one in scales if one.criteria),
        void=void,
    )


def written(figures: Figures) -> str:
    """The figures as JSON."""
    return _FIGURES.dump_json(figures).decode()


def read_back(text: str) -> Figures:
    """The figures that ``written`` wrote."""
    return _FIGURES.validate_json(text)


def _scale(result: ScaleResult) -> ScaleFigures:
    scale = result.scale
    return ScaleFigures(
        key=scale.key,
        name=scale.name,
        is_staged=is_staged(scale),
        level=result.level,
        level_name=result.level_name,
        score=str(result.score) if scale.has_score else "",
        criteria=len(result.criteria),
        answered=result.answered,
        backed=result.backed,
        proved=result.proved,
        steps=result.steps,
        has_targets=result.has_targets,
        is_provisional=result.is_provisional,
        groups=tuple(_group(scale, one) for one in result.groups),
    )


def _group(scale: Scale, one: GroupResult) -> GroupFigures:
    return GroupFigures(
        key=one.group.key,
        title=one.group.title,
        across=one.group.across,
        level=one.level,
        level_name=scale.name_of(one.level),
        target=one.target,
        target_name=target_name(scale, one.wanted),
        is_beyond=one.is_beyond,
        mean="" if one.mean is None else str(one.mean),
        steps=one.steps,
        answered=len(one.answered),
        open=one.open,
    )
