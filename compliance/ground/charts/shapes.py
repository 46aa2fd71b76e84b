"""The answer strip, bars, tracks of levels, lines and the radar, as paths for SVG. Pure.

A shape has a class, by which a style sheet colours it on screen, and a colour for paper,
where no style sheet reaches into a picture. Parts differ by length, height, hatching or
dashes as well, and each page has the numbers beside the picture.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin
from zlib import crc32

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tone:
    """The look of a shape: its class on screen, and its colours on paper."""

    css: str
    fill: str = "none"
    stroke: str | None = None
    thick: str | None = None
    dashes: str | None = None


TONES = {
    "met": Tone("f-met", "#12857b"),
    "partly": Tone("f-partly", "#f0c670"),
    "partly-line": Tone("hatchline", stroke="#b57b0c", thick="0.9"),
    "below": Tone("f-below", "#d9772b"),
    "not_met": Tone("f-notmet", "#8f1a10"),
    "na": Tone("f-na", "#b9c0cb"),
    "dont_know": Tone("f-dontknow", "#c9bfe4"),
    "later": Tone("f-later", "#c3d4f0"),
    "unanswered": Tone("f-open", "#ffffff", "#5a6577", "0.7"),
    "open": Tone("f-open", "#9aa5b5"),
    "reached": Tone("lv-reached", "#1b2b45"),
    "missing": Tone("lv-missing", "#ffffff", "#8f1a10", "0.8"),
    "missing-line": Tone("lv-lines", stroke="#8f1a10", thick="0.8"),
    "none": Tone("lv-none", "#ffffff", "#858fa0", "0.8"),
    "late": Tone("late-part", "#ffffff", "#8f1a10", "0.8"),
    "late-line": Tone("lv-lines", stroke="#8f1a10", thick="0.8"),
    "soon": Tone("soon-part", "#1b2b45"),
    "line": Tone("ln", stroke="#1b2b45", thick="1.75"),
    "begun": Tone("begun", "#ffffff", "#18202c", "1"),
    "dot": Tone("dot", "#1b2b45"),
    "ring": Tone("ra-ring", stroke="#858fa0", thick="0.8"),
    "wanted": Tone("ra-target", stroke="#18202c", thick="1.5", dashes="6 4"),
    "last": Tone("ra-last", stroke="#18202c", thick="1.25", dashes="1.5 3.5"),
    "now": Tone("ra-now", "#e4e9f1", "#1b2b45", "2"),
    "was": Tone("was", "#ffffff", "#18202c", "1.5"),
    "pin": Tone("pin", "#18202c"),
    "floor": Tone("ra-floor", "#ffffff", "#18202c", "1.5"),
}
"""Tone to its look; those that end in "-line" hatch the part of that name."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A path in one tone."""

    path: str
    tone: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place, and a value in the line below."""

    x: str
    y: str
    anchor: str
    words: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """Shapes from the back to the front; ``box`` is the view box of the SVG."""

    box: str
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...] = ()

    @property
    def tones(self) -> list[str]:
        """The tones of its parts, in order, without their hatching."""
        found = (shape.tone for shape in self.shapes)
        return list(dict.fromkeys(one for one in found if not one.endswith("-line")))


_BARS = {
    "met": (4, 8),
    "partly": (2, 10),
    "below": (1, 11),
    "not_met": (0, 12),
    "na": (5, 7),
    "dont_know": (6, 5),
}
"""Verdict to top and height of its bar: the taller, the more attention it wants."""


def strip(verdicts: Sequence[str]) -> Chart:
    """The answer strip, 12 high: one bar a question, in order, one path a verdict."""
    found: dict[str, list[str]] = {}
    for place, verdict in enumerate(verdicts):
        top, height = _BARS.get(verdict, (7, 3))
        found.setdefault(verdict, []).append(_box(place * 4, 3, height, top))
    shapes = tuple(
        Shape("".join(paths), "open" if verdict == "unanswered" else verdict)
        for verdict, paths in found.items()
    )
    return Chart(_strip_box(len(verdicts)), shapes)


def _strip_box(length: int) -> str:
    return f"0 0 {max(length, 1) * 4} 12"


BLOCK = 100
"""Bars that are drawn together on screen, so that a change sends few of 2,000 again."""


@dataclass(frozen=True, slots=True)
class Block:
    """Bars of a strip, drawn from 0 on; ``left`` moves them to their place.

    ``mark`` is the same for the same bars (CRC-32, ISO-HDLC).
    """

    number: int
    chart: Chart
    mark: str

    @property
    def left(self) -> str:
        return str(self.number * BLOCK * 4)


@dataclass(frozen=True, slots=True)
class Strip:
    """The answer strip of a page, in blocks; ``drawn`` says of a page which ones it has."""

    box: str
    length: int
    blocks: tuple[Block, ...]

    @property
    def drawn(self) -> str:
        return "-".join([str(self.length), *(block.mark for block in self.blocks)])

    @property
    def tones(self) -> list[str]:
        """The tones of its bars, in the order in which they first appear."""
        found = (tone for block in self.blocks for tone in block.chart.tones)
        return list(dict.fromkeys(found))

    def since(self, drawn: str) -> list[Block] | None:
        """The blocks that a page lacks, by its own ``drawn``; None where it lacks all,
        since other questions apply.
        """
        length, *marks = drawn.split("-")
        if length != str(self.length) or len(marks) != len(self.blocks):
            return None
        pairs = zip(self.blocks, marks, strict=True)
        return [block for block, mark in pairs if block.mark != mark]


def strip_in_blocks(verdicts: Sequence[str]) -> Strip:
    """The same strip as ``strip`` draws, for a page that asks for it again and again."""
    blocks = tuple(
        Block(at // BLOCK, strip(some), f"{crc32(' '.join(some).encode()):08x}")
        for at in range(0, len(verdicts), BLOCK)
        if (some := verdicts[at : at + BLOCK])
    )
    return Strip(_strip_box(len(verdicts)), len(verdicts), blocks)


def bar(counts: Iterable[tuple[str, int]], length: float = 200, height: int = 12) -> Chart:
    """Counts side by side, with a gap of 0.6 between them; nothing for zeros.

    ``length`` is that of the bar, in a picture at least 200 wide.
    """
    parts = [(tone, count) for tone, count in counts if count]
    total = sum(count for _, count in parts)
    shapes, x = list[Shape](), 0.0
    for tone, count in parts:
        wide = length * count / total
        shapes += part(tone, x, max(wide - 0.6, 0.4), height)
        x += wide
    return Chart(f"0 0 {max(length, 200):g} {height}", tuple(shapes))


def track(level: int | None, target: int | None, top: int) -> Chart:
    """A box for each level above the lowest: reached, missing to the target, or neither."""
    shapes = list[Shape]()
    for at in range(1, top + 1):
        tone = "missing" if target is not None and at <= target else "none"
        if level is not None and at <= level:
            tone = "reached"
        shapes += part(tone, at * 44 - 43.5, 39, 11, 0.5)
    return Chart(f"0 0 {max(top * 44 - 4, 1)} 12", tuple(shapes))


def moved(before: int | None, after: int | None, target: int | None, top: int) -> Chart:
    """A level on both sides of a comparison, on an axis from 0 to ``top``.

    A diamond stands for before, a dot for after, a line between them for the way, a pin
    for the target. A side without a level has no mark.
    """
    step, edge, middle = 34, 9, 12
    at = [edge + level * step for level in range(top + 1)]
    axis = f"M{at[0]} {middle}H{at[-1]}" + "".join(f"M{x} 7v10" for x in at)
    shapes = [Shape(axis, "ring")]
    if target is not None:
        x = at[target]
        shapes.append(Shape(f"M{x - 4} 1h8l-3 4v18h-2v-18z", "pin"))
    if before is not None and after is not None and before != after:
        shapes.append(Shape(f"M{at[before]} {middle}H{at[after]}", "line"))
    if before is not None and before != after:
        shapes.append(Shape(f"M{at[before]} {middle - 6}l6 6l-6 6l-6 -6z", "was"))
    if after is not None:
        shapes.append(Shape(_dot((at[after], middle), 5), "dot"))
    return Chart(f"0 0 {at[-1] + edge} {2 * middle}", tuple(shapes))


def line(values: Sequence[int | None], *, is_stepped: bool, begins: Sequence[int] = ()) -> Chart | None:
    """A line through values at even distances, gaps left out; None for fewer than two.

    ``begins`` are places at which another period or edition begins: they have a square.
    """
    wide, high, edge = 120, 28, 4
    known = {at: value for at, value in enumerate(values) if value is not None}
    if len(known) < 2:
        return None
    low, range_ = min(known.values()), max(known.values()) - min(known.values())
    places = {
        at: (
            edge + at * (wide - 2 * edge) / (len(values) - 1),
            high - edge - (value - low) / range_ * (high - 2 * edge) if range_ else high / 2,
        )
        for at, value in known.items()
    }
    first, *others = places.values()
    turn = "H{0:.1f}V{1:.1f}" if is_stepped else "L{0:.1f} {1:.1f}"
    path = "M{:.1f} {:.1f}".format(*first) + "".join(turn.format(*p) for p in others)
    marks = [places[at] for at in begins if places.get(at, first) != first]
    return Chart(
        f"0 0 {wide} {high}",
        (
            Shape(path, "line"),
            *(Shape(_square(at, 5), "begun") for at in marks),
            Shape(_dot(others[-1], 3), "dot"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of a radar in stages counted from 1: mean, lowest, and wanted if anything.

    ``last`` is the mean of the period before.
    """

    title: str
    mean: Decimal
    floor: int
    target: int | None
    last: Decimal | None = None


def radar(axes: Sequence[Axis], stages: int, side: int = 135) -> Chart | None:
    """Means, lowest stages, targets and last means; None for fewer than three axes.

    Targets and last means are drawn where every axis has one.

    ``side`` is the room for titles at the left and the right of the rings.
    """
    if len(axes) < 3:
        return None
    angles = [2 * pi * at / len(axes) - pi / 2 for at in range(len(axes))]
    ends = [_around(angle) for angle in angles]
    rings = [_closed([_around(angle, ring / stages) for angle in angles]) for ring in range(1, stages + 1)]
    spokes = "".join(f"M200 200L{x:.1f} {y:.1f}" for x, y in ends)
    targets = [axis.target for axis in axes if axis.target is not None]
    wanted = [_around(a, t / stages) for a, t in zip(angles, targets, strict=False)]
    pairs = list(zip(angles, axes, strict=True))
    now = [_around(angle, float(axis.mean) / stages) for angle, axis in pairs]
    before = [_around(angle, float(axis.last) / stages) for angle, axis in pairs if axis.last is not None]
    floors = [_around(angle, axis.floor / stages) for angle, axis in pairs]
    return Chart(
        f"{-side} 15 {400 + 2 * side} 370",
        (
            Shape(_closed(now), "now"),
            *(Shape(path, "ring") for path in (*rings, spokes)),
            *([Shape(_closed(before), "last")] if len(before) == len(axes) else []),
            *([Shape(_closed(wanted), "wanted")] if len(targets) == len(axes) else []),
            *(Shape(_dot(place, 3.5), "dot") for place in now),
            *(Shape(_square(place, 8), "floor") for place in floors),
        ),
        tuple(_label(angle, axis) for angle, axis in pairs),
    )


def _label(angle: float, axis: Axis) -> Label:
    x, y = _around(angle, 154 / 120)
    side = cos(angle)
    anchor = "middle" if abs(side) < 0.3 else ("start" if side > 0 else "end")
    return Label(f"{x:.1f}", f"{y:.1f}", anchor, axis.title, axis.mean)


def _around(angle: float, share: float = 1) -> Point:
    return 200 + 120 * share * cos(angle), 200 + 120 * share * sin(angle)


def _closed(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"


def _dot(at: Point, radius: float) -> str:
    around = f"a{radius} {radius} 0 1 0"
    return f"M{at[0] - radius:.1f} {at[1]:.1f}{around} {2 * radius} 0{around} -{2 * radius} 0z"


def _square(at: Point, size: float) -> str:
    return _box(at[0] - size / 2, size, size, at[1] - size / 2)


def _box(x: float, width: float, height: float, top: float = 0) -> str:
    return f"M{x:g} {top:g}h{width:g}v{height:g}h-{width:g}z"


def part(tone: str, x: float, width: float, height: float, top: float = 0) -> Iterator[Shape]:
    """A box, and lines across it where its tone is a hatched one."""
    x, width = round(x, 2), round(width, 2)
    yield Shape(_box(x, width, height, top), tone)
    if f"{tone}-line" in TONES and height > 10:
        yield Shape(_lines(x, width, height, top), f"{tone}-line")


def _lines(x: float, width: float, height: float, top: float) -> str:
    found, at = list[str](), x - height + 3
    while at < x + width:
        first, last = max(at, x), min(at + height, x + width)
        low, run = top + height - (first - at), last - first
        found.append(f"M{round(first, 1):g} {round(low, 1):g}l{run:.1f} -{run:.1f}")
        at += 6
    return "".join(found)
