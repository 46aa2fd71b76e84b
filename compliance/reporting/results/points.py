"""Points of a trend: the figures of one assessment at one moment, as plain values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from compliance.proof.audit.chain import canonical, digest
from compliance.reporting.results.law import Counts
from compliance.reporting.results.levels import ScaleResult


@dataclass(frozen=True, slots=True)
class ScalePoint:
    """A scale; ``rows`` has the levels of the rows that decide, by group.

    ``level_name`` is that of the edition of then: today's may have other levels.
    """

    key: str
    level: int | None
    level_name: str
    answered: int
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    def steps(self, targets: Mapping[str, int | None]) -> int:
        """Levels that rows lack to the target of their group."""
        wanted = {key: level for key, level in targets.items() if level is not None}
        return sum(
            max(0, wanted[group] - level)
            for group, levels in self.rows
            if group in wanted
            for level in levels
        )


@dataclass(frozen=True, slots=True)
class Point:
    """Duties that bound then, the scales of the edition of then, and practice."""

    law: Counts
    scales: tuple[ScalePoint, ...]
    practice: Counts


_POINT = TypeAdapter[Point | None](Point | None)
SHAPE = digest(canonical(_POINT.json_schema()))[:16]
"""A mark of the fields above: points that were kept with others are counted again."""


def scale_point(result: ScaleResult) -> ScalePoint:
    """The point of a scale."""
    return ScalePoint(
        result.scale.key,
        result.level,
        result.level_name,
        result.answered,
        tuple((one.group.key, tuple(one.deciding_levels)) for one in result.groups),
    )


def written(point: Point | None) -> str:
    """The point as JSON; none is kept as well."""
    return _POINT.dump_json(point).decode()


def read_back(text: str) -> Point | None:
    """The point that ``written`` wrote."""
    return _POINT.validate_json(text)
