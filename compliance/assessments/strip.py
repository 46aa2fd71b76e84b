"""The answer strip and the stacked bar: geometry for SVG, on screen and paper. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHAPES = {
    "met": (4, 8),
    "partly": (2, 10),
    "below": (1, 11),
    "not_met": (0, 12),
    "na": (5, 7),
    "dont_know": (6, 5),
    "later": (7, 3),
}
"""Verdict to top and height of its bar: the taller, the more attention it wants."""
OPEN = (7, 3)
STEP, BAR = 4, 3


@dataclass(frozen=True, slots=True)
class Strip:
    """One path a verdict: ``paths`` has (verdict, path data); height 12."""

    width: int
    paths: list[tuple[str, str]]


def strip(verdicts: Sequence[str]) -> Strip:
    """One bar a question, in order; at least one wide."""
    data: dict[str, list[str]] = {}
    for place, verdict in enumerate(verdicts):
        top, height = SHAPES.get(verdict, OPEN)
        data.setdefault(verdict, []).append(
            f"M{place * STEP} {top}h{BAR}v{height}h-{BAR}z"
        )
    width = max(len(verdicts) * STEP, STEP)
    return Strip(width, [(name, "".join(parts)) for name, parts in data.items()])


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar, in units of a bar 200 wide."""

    verdict: str
    x: str
    width: str


def stacked(counts: Iterable[tuple[str, int]], length: int = 200) -> list[Part]:
    """Parts of a bar with a gap of 0.6 between them; nothing for zeros."""
    parts = [(verdict, count) for verdict, count in counts if count]
    total = sum(count for _, count in parts)
    gap = 0.6
    found, x = [], 0.0
    for verdict, count in parts:
        width = length * count / total
        found.append(Part(verdict, f"{x:.2f}", f"{max(width - gap, 0.4):.2f}"))
        x += width
    return found
