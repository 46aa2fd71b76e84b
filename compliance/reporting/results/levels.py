"""Answers on a scale: the level of each group, what holds it down, steps to a target. Pure.

``docs/scoring.md`` has the rules with their sources and worked examples.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from compliance.content.checklists.choices import Reading
from compliance.content.checklists.rating import Rating
from compliance.content.checklists.scales import Group, Scale
from compliance.reporting.results.choices import Proof

NOMINAL = 1000
"""Points of a group at its best, by the official calculator; the same for all."""
ENOUGH = Decimal("0.8")
"""Share of answered rows below which a result is provisional."""
BEYOND = "above the scale"
"""The name of a target that only an edition with more levels has: nobody can measure it."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A question on a scale that applies; ``rating`` is None until it is answered.

    ``offered`` are the ratings of all its choices, from the lowest.
    """

    id: int
    key: str
    title: str
    weight: int
    rating: Rating | None
    offered: tuple[Rating, ...]
    proof: Proof = Proof.NONE
    remedy: str = ""

    @property
    def is_inert(self) -> bool:
        """Whether no answer could lower the level: it counts for points only."""
        return len({rating.level for rating in self.offered}) == 1

    def reaching(self, level: int) -> Rating | None:
        """The least answer that reaches a level; None where no answer does."""
        return next((one for one in self.offered if one.level >= level), None)


@dataclass(frozen=True)
class GroupResult:
    """A group with its criteria that apply, in order.

    ``wanted`` is the level that was set for it, or None; ``target`` the same where the
    scale has that level: another edition may have more.
    """

    group: Group
    criteria: tuple[Criterion, ...]
    wanted: int | None = None
    target: int | None = None

    @property
    def is_beyond(self) -> bool:
        """Whether its target is above the scale: it is neither reached nor missed."""
        return self.wanted != self.target

    @cached_property
    def answered(self) -> list[Criterion]:
        return [one for one in self.criteria if one.rating]

    @property
    def open(self) -> int:
        """Criteria without an answer: the level may still fall."""
        return len(self.criteria) - len(self.answered)

    @cached_property
    def level(self) -> int | None:
        """The lowest answer, inert criteria left out; None without one."""
        return min((_level(one) for one in self._deciding), default=None)

    @cached_property
    def higher(self) -> int | None:
        """The level by the other reading of contested answers; None where it is the same."""
        found = min((_higher(one) for one in self._deciding), default=None)
        return None if found == self.level else found

    @cached_property
    def contested(self) -> list[Criterion]:
        """Answered criteria whose level sources read in two ways: the lower counts."""
        return [one for one in self._deciding if _higher(one) != _level(one)]

    @cached_property
    def holding(self) -> list[Criterion]:
        """The criteria that hold the level down, while it is not the highest."""
        return [one for one in self._deciding if _level(one) == self.level]

    @property
    def _deciding(self) -> list[Criterion]:
        return [one for one in self.answered if not one.is_inert]

    @property
    def deciding_levels(self) -> list[int]:
        """The levels of the answers that decide, in order."""
        return [_level(one) for one in self._deciding]

    @cached_property
    def points(self) -> Decimal:
        return sum((one.rating.points for one in self.answered if one.rating), Decimal())

    @cached_property
    def mean(self) -> Decimal | None:
        """The mean stage, counted from 1, to one decimal, half up; for distance only."""
        if not self.answered:
            return None
        total = Decimal(sum(_level(one) + 1 for one in self.answered))
        return _rounded(total / len(self.answered))

    @cached_property
    def below(self) -> int:
        """Levels that are missing to the target; 0 where it is reached, or not set."""
        if self.target is None or self.level is None:
            return 0
        return max(0, self.target - self.level)

    @property
    def is_reached(self) -> bool | None:
        """Whether the level is at or above the target; None where nobody can say."""
        if self.target is None or self.level is None:
            return None
        return self.level >= self.target

    def steps_of(self, one: Criterion) -> int:
        """Levels that a criterion lacks to the target; above it, none to give away."""
        if self.target is None or one.rating is None or one.is_inert:
            return 0
        return max(0, self.target - one.rating.level)

    @property
    def steps(self) -> int:
        return sum(self.steps_of(one) for one in self.answered)


@dataclass(frozen=True)
class LevelGap:
    """A criterion below the target of its group, and the answer that would reach it."""

    criterion: Criterion
    group: GroupResult
    wanted: Rating | None

    @property
    def distance(self) -> int:
        return self.group.steps_of(self.criterion)


@dataclass(frozen=True)
class ScaleResult:
    """The result of a scale, whose criteria each stand in one group."""

    scale: Scale
    groups: list[GroupResult] = field(default_factory=list)

    @cached_property
    def level(self) -> int | None:
        """The lowest level of all groups; never a mean, never from the score."""
        found = [one.level for one in self.groups if one.level is not None]
        return min(found, default=None)

    @cached_property
    def higher(self) -> int | None:
        """The same by the other reading of contested answers; None where it is the same."""
        found = [
            one.level if one.higher is None else one.higher for one in self.groups if one.level is not None
        ]
        level = min(found, default=None)
        return None if level == self.level else level

    @property
    def contested(self) -> list[Criterion]:
        return [one for group in self.groups for one in group.contested]

    @property
    def level_name(self) -> str:
        return self.scale.name_of(self.level)

    @cached_property
    def score(self) -> Decimal:
        """Weight times points, of 100; it ranks offers and decides nothing."""
        parts = (Decimal(one.group.weight) * one.points for one in self.groups)
        return _rounded(sum(parts, Decimal()) / NOMINAL)

    @property
    def criteria(self) -> list[Criterion]:
        return [criterion for group in self.groups for criterion in group.criteria]

    @property
    def answered(self) -> int:
        return sum(len(group.answered) for group in self.groups)

    @property
    def open(self) -> int:
        return len(self.criteria) - self.answered

    @property
    def is_provisional(self) -> bool:
        return self.answered < ENOUGH * len(self.criteria)

    @property
    def has_targets(self) -> bool:
        return bool(self.wanted)

    @property
    def beyond(self) -> list[GroupResult]:
        """Groups whose target is above the scale."""
        return [one for one in self.groups if one.is_beyond]

    @property
    def reached(self) -> int:
        return sum(one.is_reached is True for one in self.groups)

    @property
    def wanted(self) -> int:
        """How many groups have a target on the scale."""
        return sum(one.target is not None for one in self.groups)

    @property
    def is_rejected(self) -> bool:
        """Whether one group lies below its target: the score cannot mend that."""
        return any(one.is_reached is False for one in self.groups)

    @property
    def steps(self) -> int:
        return sum(one.steps for one in self.groups)

    @property
    def at_target(self) -> int:
        """Answered criteria that lack nothing to their target."""
        return sum(
            one.target is not None and not one.steps_of(criterion)
            for one in self.groups
            for criterion in one.answered
        )

    @property
    def backed(self) -> int:
        """Rated criteria with evidence that is valid."""
        return sum(bool(c.rating) and c.proof != Proof.NONE for c in self.criteria)

    @property
    def proved(self) -> int:
        """Rated criteria whose evidence covers the whole audit period."""
        return sum(bool(c.rating) and c.proof == Proof.WHOLE for c in self.criteria)

    @cached_property
    def gaps(self) -> list[LevelGap]:
        """Criteria below their target, by distance times weight, the farthest first."""
        found = [
            LevelGap(one, group, one.reaching(group.target))
            for group in self.groups
            if group.target is not None
            for one in group.answered
            if group.steps_of(one)
        ]
        return sorted(found, key=lambda gap: -gap.distance * gap.criterion.weight)


def scale_result(
    scale: Scale,
    criteria: Mapping[str, Criterion],
    targets: Mapping[str, int],
) -> ScaleResult:
    """The result of a scale; ``criteria`` by question key, ``targets`` by group key.

    Groups without a criterion that applies are left out. Targets may be those of another
    edition: one above the top of this scale is named, and measures nothing.
    """
    groups = [
        GroupResult(
            group,
            tuple(criteria[key] for key in group.questions if key in criteria),
            wanted := targets.get(group.key),
            None if is_beyond(scale, wanted) else wanted,
        )
        for group in scale.groups
    ]
    return ScaleResult(scale, [one for one in groups if one.criteria])


def target_name(scale: Scale, wanted: int | None) -> str:
    """The name of a target, of whatever edition; "" for none."""
    return BEYOND if is_beyond(scale, wanted) else scale.name_of(wanted)


def is_beyond(scale: Scale, wanted: int | None) -> bool:
    """Whether a target is above the highest level: an edition with more has set it."""
    return wanted is not None and wanted > scale.top


def is_staged(scale: Scale) -> bool:
    """Whether groups have a mean beside their lowest answer, and no overall level."""
    return scale.read == Reading.MEAN


def _level(one: Criterion) -> int:
    assert one.rating is not None  # noqa: S101 - only answered ones come here
    return one.rating.level


def _higher(one: Criterion) -> int:
    """The level by the reading that is kinder to the answer."""
    assert one.rating is not None  # noqa: S101 - as above
    return max(one.rating.level, one.rating.higher or 0)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
