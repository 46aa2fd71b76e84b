"""A radar of means: geometry for SVG, on screen and paper. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin

from compliance.results.levels import GroupResult

CENTRE, RADIUS = 200, 120
LABELS = 34
"""Distance of a label from the outermost ring."""
LEAST = 3
"""Axes below which a radar shows nothing."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its end, the place of its label, and the mark of its lowest answer."""

    title: str
    x: str
    y: str
    label_x: str
    label_y: str
    anchor: str
    floor_x: str
    floor_y: str
    value: str


@dataclass(frozen=True, slots=True)
class Radar:
    """Rings from the inside, axes, and the polygons of means and targets."""

    rings: list[str]
    axes: list[Axis]
    now: str
    wanted: str
    dots: list[tuple[str, str]]


def radar(groups: Sequence[GroupResult], top: int) -> Radar | None:
    """The radar of groups with a mean; None for fewer than three. ``top`` counts from 0."""
    found = [one for one in groups if one.mean is not None]
    if len(found) < LEAST:
        return None
    most = top + 1
    angles = [2 * pi * at / len(found) - pi / 2 for at in range(len(found))]
    now = [
        _point(angle, Decimal(one.mean or 0) / most)
        for angle, one in zip(angles, found, strict=True)
    ]
    has_targets = all(one.target is not None for one in found)
    wanted = [
        _point(angle, Decimal((one.target or 0) + 1) / most)
        for angle, one in zip(angles, found, strict=True)
    ]
    return Radar(
        rings=[
            _polygon(_point(angle, Decimal(ring) / most) for angle in angles)
            for ring in range(1, most + 1)
        ],
        axes=[_axis(a, one, most) for a, one in zip(angles, found, strict=True)],
        now=_polygon(now),
        wanted=_polygon(wanted) if has_targets else "",
        dots=now,
    )


def _axis(angle: float, one: GroupResult, most: int) -> Axis:
    end = _point(angle, Decimal(1))
    label = (
        f"{CENTRE + (RADIUS + LABELS) * cos(angle):.1f}",
        f"{CENTRE + (RADIUS + LABELS) * sin(angle):.1f}",
    )
    side = cos(angle)
    anchor = "middle" if abs(side) < 0.3 else ("start" if side > 0 else "end")
    floor = _point(angle, Decimal((one.level or 0) + 1) / most)
    return Axis(one.group.title, *end, *label, anchor, *floor, str(one.mean))


def _point(angle: float, share: Decimal) -> tuple[str, str]:
    length = RADIUS * float(share)
    return f"{CENTRE + length * cos(angle):.1f}", f"{CENTRE + length * sin(angle):.1f}"


def _polygon(points: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
