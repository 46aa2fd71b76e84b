"""A line through months: geometry for SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 120, 28, 4


@dataclass(frozen=True, slots=True)
class Line:
    """Path data, the place of its last point, and of the first one of each period."""

    path: str
    x: str
    y: str
    marks: list[tuple[str, str]]


def line(
    values: Sequence[int | None], *, is_stepped: bool, begins: Sequence[int] = ()
) -> Line | None:
    """A line through values at even distances, gaps left out; None for fewer than two.

    ``begins`` are places at which another period or edition begins.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    low, high = min(v for _, v in known), max(v for _, v in known)
    points = {
        at: (
            f"{EDGE + at * (WIDTH - 2 * EDGE) / (len(values) - 1):.1f}",
            _height(value, low, high),
        )
        for at, value in known
    }
    places = list(points.values())
    first = f"M{places[0][0]} {places[0][1]}"
    turn = "H{0}V{1}" if is_stepped else "L{0} {1}"
    path = first + "".join(turn.format(*place) for place in places[1:])
    marks = [points[at] for at in begins if at in points and at != known[0][0]]
    return Line(path, *places[-1], marks)


def _height(value: int, low: int, high: int) -> str:
    if low == high:
        return f"{HEIGHT / 2:.1f}"
    share = (value - low) / (high - low)
    return f"{HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE):.1f}"
