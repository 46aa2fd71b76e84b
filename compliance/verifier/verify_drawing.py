"""A page of a report as it is drawn: its text by mark, and whether it can be seen.

Lies beside ``verify_report.py``. Reads the operators that Attest writes (ISO 32000-1,
annex A) and refuses any other way to draw, since what is not read could say anything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

try:
    from compliance.verifier.verify_events import refuse
except ImportError:  # a copy without Attest: the file beside this one
    from verify_events import refuse  # type: ignore[import-not-found, no-redef]

NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
NAME = rb"/[^\s/<>\[\](){}%]+"
SHOWN = rb"\[(?:[-+.\de\s]|<[0-9A-Fa-f]*>)*\]\s*TJ"
OPERAND = rb"(?:%b\s+|%b\s*|\[[-+.\d\s]*\]\s*|<<(?:\s|%b|%b(?=[\s/>]))*>>\s*)" % (
    NUMBER, NAME, NAME, NUMBER,
)  # fmt: skip
STATEMENT = re.compile(
    rb"\s*(?:(?P<shown>%b)|(?P<with>(?:%b)*)(?P<does>[A-Za-z]+\*?))(?=\s|$)"
    % (SHOWN, OPERAND)
)
CODES = re.compile(rb"<([0-9A-Fa-f]*)>")
LETTER = re.compile(r"<([0-9a-f]{4})>\s*<([0-9a-f]+)>")
MCID = re.compile(rb"/MCID\s+(\d+)")
PLAIN = frozenset(b"BT ET BX EX CS SC SCN G RG K w J j M d ri i".split())
"""Operators that neither show text nor cover any, and move nothing."""
PATH, STROKED = frozenset(b"m l c v y re h".split()), frozenset(b"S s".split())
FILLED = frozenset(b"f F f* B B* b b*".split())
UNSEEN, APART, LOOSE = frozenset(b"3 7".split()), -1, -2
FAINTEST = 0.15
"""Text and what lies under it differ by so much of the way from black to white."""
SMALLEST = 3.0
"""Points: smaller letters are not there to be read."""
Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1, 0, 0, 1, 0, 0)
Point = tuple[float, float]
Box = tuple[float, float, float, float]
NOWHERE: Box = (0, 0, 0, 0)
"""Left, low, right, high."""
MOST_DEPTH = 8


@dataclass
class Drawn:
    """The text of a page: by its mark, set apart (heads and feet), and beside all marks."""

    marked: dict[int, str] = field(default_factory=dict)
    apart: str = ""
    loose: str = ""
    whole: str = ""
    heights: dict[bool, list[float]] = field(
        default_factory=lambda: {True: [], False: []}
    )
    """Where lines of text stand, by whether they are set apart."""

    @property
    def is_between(self) -> bool:
        """Whether what is set apart stands among the rest, and not above or below."""
        rest = self.heights[False]
        return any(min(rest) < one < max(rest) for one in self.heights[True] if rest)

    def take(self, mark: int) -> str:
        """The text of a mark, which belongs to one element and no other."""
        return self.marked.pop(int(mark), "")

    @property
    def left(self) -> str:
        """The text of marks that nobody took."""
        return "".join(self.marked.values()).strip()


def drawn(page: Any, number: int) -> Drawn:
    """Read a page; ``FaultError`` where text is hidden or drawn in another way."""
    content = page.node["/Contents"]
    streams = (
        [content[n] for n in range(len(content))]
        if isinstance(content, list)
        else [content]
    )
    data = b"\n".join(stream.data for stream in streams)
    pen = _Pen(page, number)
    pen.follow(data, page.resources)
    return pen.drawn


@dataclass(frozen=True)
class Fill:
    """An area that was filled: how light, from 0 to 1 or unknown, and how dense."""

    boxes: tuple[Box, ...]
    is_odd: bool
    clip: Box
    shade: float | None
    alpha: float

    def holds(self, point: Point) -> bool:
        """Whether a point is in it, taking each part of the path for its box."""
        if not _lies(point, self.clip):
            return False
        count = sum(_lies(point, box) for box in self.boxes)
        return bool(count % 2) if self.is_odd else count > 0


class _Pen:
    """Follows the operators of a page."""

    def __init__(self, page: Any, number: int) -> None:
        self.maps, self.number, self.drawn = page.maps, number, Drawn()
        self.resources: Any = None
        left, low, right, high = map(float, _inherited(page.node, "/MediaBox"))
        self.clip: Box = (left, low, right, high)
        self.narrows, self.depth = False, 0
        self.matrix, self.at, self.size, self.width = UNIT, UNIT, 0.0, 1.0
        self.rise = 0.0
        self.shade: float | None = 0.0
        self.alpha = 1.0
        self.kept: list[tuple[Any, ...]] = []
        self.fills: list[Fill] = []
        self.marks: list[int] = []
        self.letters: dict[str, str] = {}
        self.path: list[list[Point]] = []
        self.seen: list[Point] = []

    def follow(self, data: bytes, resources: Any) -> None:
        """Follow all operators of a stream; ``FaultError`` for one of another shape."""
        before, self.resources, at = self.resources, resources, 0
        end, self.depth = len(data.rstrip()), self.depth + 1
        words = f"Page {self.number} is drawn in a way that cannot be compared."
        while at < end:
            match = STATEMENT.match(data, at)
            refuse(match is None or self.depth > MOST_DEPTH, words)
            at = match.end()  # type: ignore[union-attr]
            if match["shown"] is None:  # type: ignore[index]
                self.do(match["does"], match["with"])  # type: ignore[index]
            else:
                self.show(match["shown"])  # type: ignore[index]
        self.resources, self.depth = before, self.depth - 1

    def do(self, does: bytes, given: bytes) -> None:
        """Follow one operator."""
        if does in PATH:
            self._add(does, _numbers(given))
        elif does in FILLED or does in STROKED or does == b"n":
            self._paint(does)
        elif step := STEPS.get(does):
            step(self, given)
        elif does not in PLAIN:
            words = f"Page {self.number} is drawn in a way that cannot be compared."
            refuse(True, f"{words} ({does.decode()[:20]})")
        elif does == b"w":
            self.width = _numbers(given)[0]

    def show(self, shown: bytes) -> None:
        """Add the letters of a text, which must be there to be seen."""
        codes = b"".join(CODES.findall(shown)).decode().lower()
        count = len(codes) // 4
        text = "".join(
            self.letters.get(codes[n : n + 4], "") for n in range(0, count * 4, 4)
        )
        mark = self.marks[-1] if self.marks else LOOSE
        self.drawn.whole += text
        if mark == APART:
            self.drawn.apart += text
        elif mark == LOOSE:
            self.drawn.loose += text
        else:
            self.drawn.marked[mark] = self.drawn.marked.get(mark, "") + text
        if text.strip():
            self._refuse_hidden(count)

    def _refuse_hidden(self, count: int) -> None:
        placed = _times(self.at, self.matrix)
        points = [
            _placed(
                placed,
                (self.size * 0.3 * step * count, self.size * 0.2 + self.rise),
            )
            for step in (0, 0.25, 0.5, 0.75)
        ]
        words = f"Page {self.number} holds text that cannot be seen."
        refuse(not _lies(points[0], self.clip), words)
        height = self.size * abs(placed[0] * placed[3] - placed[1] * placed[2]) ** 0.5
        refuse(height < SMALLEST or self._is_faint(points[0]), words)
        self.seen += points
        is_apart = bool(self.marks) and self.marks[-1] == APART
        self.drawn.heights[is_apart].append(points[0][1])

    def _is_faint(self, point: Point) -> bool:
        """Whether text there has the colour of what lies under it."""
        ground: float | None = 1.0
        for fill in self.fills:
            if fill.holds(point):
                ground = _mixed(fill.shade, fill.alpha, ground)
        text = _mixed(self.shade, self.alpha, ground)
        if text is None or ground is None:
            return False
        return abs(ground - text) < FAINTEST

    def _add(self, does: bytes, numbers: list[float]) -> None:
        if does == b"re":
            x, y, wide, high = numbers
            numbers = [x, y, x + wide, y, x, y + high, x + wide, y + high]
        if does in {b"m", b"re"} or not self.path:
            self.path.append([])
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        self.path[-1] += [_placed(self.matrix, pair) for pair in pairs]

    def _paint(self, does: bytes) -> None:
        wide = self.width / 2 if does not in FILLED and does != b"n" else 0
        wide *= abs(self.matrix[0] or self.matrix[1])
        boxes = tuple(_around(part, wide) for part in self.path)
        shade = self.shade if does in FILLED else None
        if does != b"n":
            is_odd = does.endswith(b"*")
            self._cover(Fill(boxes, is_odd, self.clip, shade, self.alpha))
        if self.narrows:
            whole = [point for part in self.path for point in part]
            self.clip = _both(self.clip, _around(whole, 0))
        self.path, self.narrows = [], False

    def _cover(self, fill: Fill) -> None:
        is_over = any(fill.holds(point) for point in self.seen)
        refuse(is_over, f"Something is drawn over a text of page {self.number}.")
        self.fills.append(fill)

    def colour(self, given: bytes) -> None:
        """Grey, or red, green and blue by how light they are (ITU-R BT.709)."""
        parts = _numbers(given)
        weights = (1.0,) if len(parts) == 1 else (0.2126, 0.7152, 0.0722)
        self.shade = sum(w * one for w, one in zip(weights, parts, strict=True))

    def colour_unknown(self, _: bytes) -> None:
        self.shade = None

    def take_state(self, given: bytes) -> None:
        state = self.resources["/ExtGState"][given.strip().decode()]
        self.alpha = float(got(state, "/ca", self.alpha))

    def narrow(self, _: bytes) -> None:
        self.narrows = True

    def save(self, _: bytes) -> None:
        now = (self.matrix, self.width, self.clip, self.rise, self.shade, self.alpha)
        self.kept.append(now)

    def restore(self, _: bytes) -> None:
        self.matrix, self.width, self.clip, *rest = self.kept.pop()
        self.rise, self.shade, self.alpha = rest

    def move(self, given: bytes) -> None:
        self.matrix = _times(_matrix(given), self.matrix)

    def place(self, given: bytes) -> None:
        self.at = _matrix(given)

    def lift(self, given: bytes) -> None:
        self.rise = _numbers(given)[0]

    def take_font(self, given: bytes) -> None:
        name, size = given.split()
        self.size = float(size)
        fonts = self.resources["/Font"]
        key = repr(fonts.raw_get(name.decode()))
        if key not in self.maps:
            self.maps[key] = _letters_of(fonts[name.decode()])
        self.letters = self.maps[key]

    def mark(self, given: bytes) -> None:
        found = MCID.search(given)
        refuse(given.startswith(b"/OC"), f"Page {self.number} has layers.")
        now = self.marks[-1] if self.marks else LOOSE
        is_apart = given.startswith(b"/Artifact")
        self.marks.append(int(found[1]) if found else APART if is_apart else now)

    def unmark(self, _: bytes) -> None:
        self.marks.pop()

    def paint_picture(self, given: bytes) -> None:
        picture = self.resources["/XObject"][given.strip().decode()]
        refuse("/OC" in picture, f"Page {self.number} has layers.")
        if picture["/Subtype"] != "/Form":
            corners = [(x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)]
            box = _around([_placed(self.matrix, one) for one in corners], 0)
            self._cover(Fill((box,), False, self.clip, None, 1.0))
            return
        self.save(given)
        a, b, c, d, e, f = map(float, got(picture, "/Matrix", UNIT))
        self.matrix = _times((a, b, c, d, e, f), self.matrix)
        self.follow(picture.data, got(picture, "/Resources", self.resources))
        self.restore(given)

    def refuse_unseen(self, given: bytes) -> None:
        words = f"Page {self.number} holds text that cannot be seen."
        refuse(given.strip() in UNSEEN, words)


STEPS: dict[bytes, Callable[[_Pen, bytes], None]] = {
    b"q": _Pen.save,
    b"Q": _Pen.restore,
    b"cm": _Pen.move,
    b"Tm": _Pen.place,
    b"Tf": _Pen.take_font,
    b"Ts": _Pen.lift,
    b"BDC": _Pen.mark,
    b"BMC": _Pen.mark,
    b"EMC": _Pen.unmark,
    b"Do": _Pen.paint_picture,
    b"Tr": _Pen.refuse_unseen,
    b"g": _Pen.colour,
    b"rg": _Pen.colour,
    b"k": _Pen.colour_unknown,
    b"cs": _Pen.colour_unknown,
    b"sc": _Pen.colour_unknown,
    b"scn": _Pen.colour_unknown,
    b"gs": _Pen.take_state,
    b"W": _Pen.narrow,
    b"W*": _Pen.narrow,
}


def _letters_of(font: Any) -> dict[str, str]:
    """Code to letters, from the font's ToUnicode (ISO 32000-1, 9.10.3)."""
    text = font["/ToUnicode"].data.decode("latin-1").lower()
    blocks = " ".join(re.findall(r"beginbfchar(.*?)endbfchar", text, re.S))
    pairs = LETTER.findall(blocks)
    return {code: bytes.fromhex(to).decode("utf-16-be") for code, to in pairs}


def got(node: Any, name: str, otherwise: Any = None) -> Any:
    """The value of a dictionary under that name, references followed."""
    return node[name] if name in node else otherwise  # noqa: SIM401 - get follows none


def _around(path: list[Point], wide: float) -> Box:
    """The box around a path that is so wide to both sides."""
    if not path:
        return NOWHERE
    across, along = zip(*path, strict=True)
    return min(across) - wide, min(along) - wide, max(across) + wide, max(along) + wide


def _mixed(shade: float | None, alpha: float, ground: float | None) -> float | None:
    """How light a colour is over another; None where either is not known."""
    if shade is None or (ground is None and alpha < 1):
        return None
    return shade * alpha + (ground or 0.0) * (1 - alpha)


def _both(one: Box, two: Box) -> Box:
    left, low = max(one[0], two[0]), max(one[1], two[1])
    return left, low, min(one[2], two[2]), min(one[3], two[3])


def _lies(point: Point, box: Box) -> bool:
    left, low, right, high = box
    return left < point[0] < right and low < point[1] < high


def _inherited(node: Any, name: str) -> Any:
    while name not in node:
        node = node["/Parent"]
    return node[name]


def _numbers(given: bytes) -> list[float]:
    return [float(one) for one in given.split()]


def _matrix(given: bytes) -> Matrix:
    a, b, c, d, e, f = _numbers(given)
    return a, b, c, d, e, f


def _times(first: Matrix, then: Matrix) -> Matrix:
    """Both one after the other (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = first
    return (
        a * then[0] + b * then[2],
        a * then[1] + b * then[3],
        c * then[0] + d * then[2],
        c * then[1] + d * then[3],
        e * then[0] + f * then[2] + then[4],
        e * then[1] + f * then[3] + then[5],
    )


def _placed(matrix: Matrix, point: Point) -> Point:
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f
