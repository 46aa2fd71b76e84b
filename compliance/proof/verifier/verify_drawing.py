"""A page of a report as it is drawn: its text by mark, and whether it can be seen.

Lies beside ``verify_report.py``. Reads the operators that Attest writes (ISO 32000-1,
annex A) and refuses any other way to draw, since what is not read could say anything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

try:
    from compliance.proof.verifier.verify_events import refuse
except ImportError:  # a copy without Attest: the file beside this one
    from verify_events import refuse  # type: ignore[import-not-found, no-redef]

NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
NAME = rb"/[^\s/<>\[\](){}%]+"
SHOWN = rb"\[(?:[-+.\de\s]|<[0-9A-Fa-f]*>)*\]\s*TJ"
OPERAND = rb"(?:%b\s+|%b\s*|\[[-+.\d\s]*\]\s*|<<(?:\s|%b|%b(?=[\s/>]))*>>\s*)" % (
    NUMBER, NAME, NAME, NUMBER,
)  # fmt: skip
STATEMENT = re.compile(
    rb"\s*(?:(?P<shown>%b)|(?P<with>(?:%b)*)(?P<does>[A-Za-z]+\*?))(?=\s|$)" % (SHOWN, OPERAND)
)
PARTS = re.compile(rb"<([0-9A-Fa-f]*)>|(%b)" % NUMBER)
LETTER = re.compile(r"<([0-9a-f]{4})>\s*<([0-9a-f]+)>")
MCID = re.compile(rb"/MCID\s+(\d+)")
PLAIN = frozenset(b"ET BX EX CS SC SCN G RG K w J j M d ri i".split())
"""Operators that neither show text nor cover any, and move nothing."""
PATH, STROKED = frozenset(b"m l c v y re h".split()), frozenset(b"S s".split())
FILLED = frozenset(b"f F f* B B* b b*".split())
FILLING, APART, LOOSE = frozenset(b"0 2".split()), -1, -2
PLAIN_STATE = {"/Type", "/ca", "/CA"}
"""What a state may name for its text to look as its colour says."""
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
MOST_DEPTH, LAST_CODE = 8, 0xFFFF


@dataclass
class Drawn:
    """The text of a page: by its mark, set apart (heads and feet), and beside all marks."""

    marked: dict[int, str] = field(default_factory=dict)
    apart: str = ""
    loose: str = ""
    whole: str = ""
    heights: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
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
    streams = [content[n] for n in range(len(content))] if isinstance(content, list) else [content]
    data = b"\n".join(stream.data for stream in streams)
    pen = _Pen(page, number)
    pen.follow(data, page.resources)
    return pen.drawn


@dataclass(frozen=True)
class Font:
    """Letters of each code, and how far it moves on in thousandths (9.7.4.3)."""

    letters: dict[str, str]
    widths: dict[int, float]
    otherwise: float

    def width(self, code: str) -> float:
        return self.widths.get(int(code, 16), self.otherwise)


@dataclass(frozen=True)
class Fill:
    """An area that was filled: how light, from 0 to 1 or unknown, and how dense."""

    boxes: tuple[Box, ...]
    is_odd: bool
    clip: Box
    shade: float | None
    alpha: float
    is_sure: bool = False
    """Whether all of its boxes is filled; of any other shape a part may be bare."""

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
        self.page: Box = (left, low, right, high)
        self.clip = self.page
        self.narrows, self.depth = False, 0
        self.matrix, self.at, self.size, self.width = UNIT, UNIT, 0.0, 1.0
        self.rise, self.along = 0.0, 0.0
        self.shade: float | None = 0.0
        self.alpha = 1.0
        self.is_plain = True
        """Whether text is filled, in no state but a plain one, and clipped by boxes."""
        self.kept: list[tuple[Any, ...]] = []
        self.fills: list[Fill] = []
        self.marks: list[int] = []
        self.font = Font({}, {}, 0)
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
        text, count, places = "", 0, list[float]()
        for part, number in PARTS.findall(shown):
            self.along -= float(number or 0) / 1000 * self.size
            codes, begins = part.decode().lower(), None
            for n in range(0, len(codes) // 4 * 4, 4):
                letter = self.font.letters.get(codes[n : n + 4], "")
                begins = self.along if begins is None and letter.strip() else begins
                self.along += self.font.width(codes[n : n + 4]) / 1000 * self.size
                text, count = text + letter, count + 1
            places += [] if begins is None else [begins]
        mark = self.marks[-1] if self.marks else LOOSE
        self.drawn.whole += text
        if mark == APART:
            self.drawn.apart += text
        elif mark == LOOSE:
            self.drawn.loose += text
        else:
            self.drawn.marked[mark] = self.drawn.marked.get(mark, "") + text
        if places:
            self._refuse_hidden(count, places)

    def _refuse_hidden(self, count: int, places: list[float]) -> None:
        placed, high = _times(self.at, self.matrix), self.size * 0.2 + self.rise
        points = [_placed(placed, (self.size * 0.3 * step * count, high)) for step in (0, 0.25, 0.5, 0.75)]
        words = f"Page {self.number} holds text that cannot be seen."
        first, *rest = [_placed(placed, (along, high)) for along in places]
        is_within = _lies(points[0], self.clip) and _lies(first, self.clip)
        is_within = is_within and all(_lies(point, self.page) for point in rest)
        refuse(not is_within or not self.is_plain or self.shade is None, words)
        height = self.size * abs(placed[0] * placed[3] - placed[1] * placed[2]) ** 0.5
        refuse(height < SMALLEST or self._is_faint(points[0]), words)
        self.seen += points
        is_apart = bool(self.marks) and self.marks[-1] == APART
        self.drawn.heights[is_apart].append(points[0][1])

    def _is_faint(self, point: Point) -> bool:
        """Whether text there has the colour of what lies under it."""
        grounds: set[float | None] = {1.0}
        for fill in self.fills:
            if fill.holds(point):
                over = {_mixed(fill.shade, fill.alpha, one) for one in grounds}
                grounds = over if fill.is_sure else grounds | over
        texts = [(_mixed(self.shade, self.alpha, one), one) for one in grounds]
        known = [(text, one) for text, one in texts if None not in {text, one}]
        return any(abs(one - text) < FAINTEST for text, one in known)  # type: ignore[operator]

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
            is_sure = does in FILLED and all(_is_box([part]) for part in self.path)
            self._cover(Fill(boxes, is_odd, self.clip, shade, self.alpha, is_sure))
        if self.narrows:
            whole = [point for part in self.path for point in part]
            self.clip = _both(self.clip, _around(whole, 0))
            self.is_plain = self.is_plain and _is_box(self.path)
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
        self.is_plain = self.is_plain and set(state) <= PLAIN_STATE

    def narrow(self, _: bytes) -> None:
        self.narrows = True

    def save(self, _: bytes) -> None:
        drawing = self.matrix, self.width, self.clip, self.shade, self.alpha
        writing = self.rise, self.size, self.font, self.is_plain
        self.kept.append((*drawing, *writing))

    def restore(self, _: bytes) -> None:
        self.matrix, self.width, self.clip, *rest = self.kept.pop()
        self.shade, self.alpha, self.rise, self.size, self.font, self.is_plain = rest

    def move(self, given: bytes) -> None:
        self.matrix = _times(_matrix(given), self.matrix)

    def begin_text(self, _: bytes) -> None:
        self.at, self.along = UNIT, 0.0

    def place(self, given: bytes) -> None:
        self.at, self.along = _matrix(given), 0.0

    def lift(self, given: bytes) -> None:
        self.rise = _numbers(given)[0]

    def take_font(self, given: bytes) -> None:
        name, size = given.split()
        self.size = float(size)
        fonts = self.resources["/Font"]
        key = repr(fonts.raw_get(name.decode()))
        if key not in self.maps:
            self.maps[key] = _font_of(fonts[name.decode()])
        self.font = self.maps[key]

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

    def take_mode(self, given: bytes) -> None:
        self.is_plain = self.is_plain and given.strip() in FILLING


STEPS: dict[bytes, Callable[[_Pen, bytes], None]] = {
    b"q": _Pen.save,
    b"Q": _Pen.restore,
    b"cm": _Pen.move,
    b"BT": _Pen.begin_text,
    b"Tm": _Pen.place,
    b"Tf": _Pen.take_font,
    b"Ts": _Pen.lift,
    b"BDC": _Pen.mark,
    b"BMC": _Pen.mark,
    b"EMC": _Pen.unmark,
    b"Do": _Pen.paint_picture,
    b"Tr": _Pen.take_mode,
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


def _font_of(font: Any) -> Font:
    inner = font["/DescendantFonts"][0]
    given, at, widths = got(inner, "/W", []), 0, dict[int, float]()
    while at < len(given):
        first, then = int(given[at]), given[at + 1]
        if isinstance(then, list):
            widths |= {first + n: float(one) for n, one in enumerate(then)}
        else:
            last = min(int(then), LAST_CODE)
            widths |= dict.fromkeys(range(first, last + 1), float(given[at + 2]))
        at += 2 if isinstance(then, list) else 3
    return Font(_letters_of(font), widths, float(got(inner, "/DW", 1000)))


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


def _is_box(path: list[list[Point]]) -> bool:
    """Whether a path is one upright rectangle, so that its box is all of it."""
    if len(path) != 1:
        return False
    left, low, right, high = _around(path[0], 0)
    corners = {(left, low), (left, high), (right, low), (right, high)}
    return len(path[0]) == 4 and set(path[0]) == corners


def _mixed(shade: float | None, alpha: float, ground: float | None) -> float | None:
    """How light a colour is over another; None where either is not known."""
    if shade is None or (ground is None and alpha < 1):
        return None
    return round(shade * alpha + (ground or 0.0) * (1 - alpha), 3)


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
