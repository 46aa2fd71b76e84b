"""Rules that hold for every report: ``faults`` looks at the file and names each break.

ISO 19005-3 (level A), ISO 14289-1, and what readers need beyond them: all ink lies on the
paper, no text lies on another, and nothing was drawn that cannot be read back.
"""

import io
import itertools
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import pikepdf
from fontTools.ttLib import TTFont

EDGE = 17
"""Points that every page leaves empty: less than the least margin of any (18 mm)."""
SELECTORS = {chr(selector) for selector in range(0xFE00, 0xFE10)}
HEADING = re.compile(r"/H[1-6]")
SHOWN = {"Tj", "TJ", "'", '"'}
PAINTED = SHOWN | {"Do", "f", "f*", "S", "B", "sh"}


@dataclass
class Run:
    """A piece of text as it is drawn: its ink in points, the advance apart."""

    page: int
    text: str
    left: float
    right: float
    bottom: float
    top: float
    ink_top: float
    ink_bottom: float

    @property
    def is_mark(self):
        """Whether it belongs on a letter."""
        return all(unicodedata.category(c)[0] in "MCZ" for c in self.text)

    def lies_on(self, other):
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return wide > 2 and high > 2


class Face:
    """A font of the file: what its codes mean, and how far their ink reaches."""

    def __init__(self, font):
        self.name = str(font.BaseFont)
        self.inner = font.DescendantFonts[0]
        self.meanings = _to_unicode(font.ToUnicode.read_bytes())
        self.widths = _widths(self.inner)
        descriptor = self.inner.FontDescriptor
        self.is_inside = "/FontFile2" in descriptor or "/FontFile3" in descriptor

    @cached_property
    def program(self):
        return TTFont(io.BytesIO(self.inner.FontDescriptor.FontFile2.read_bytes()))

    @cached_property
    def reach(self):
        """Code to the box of its outline, in thousandths; none for what has no ink."""
        glyphs, scale = self.program["glyf"], 1000 / self.program["head"].unitsPerEm
        found = {}
        for code, name in enumerate(self.program.getGlyphOrder()):
            glyph = glyphs[name]
            if glyph.numberOfContours:
                box = (glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax)
                found[code] = [value * scale for value in box]
        return found

    def faults(self, used):
        """Faults of the font, or of the codes of it that pages use."""
        if not self.is_inside:
            yield "is not in the file"
            return
        if 0 in used:
            yield "draws .notdef"
        if wrong := self.wrong_widths(used):
            yield f"has other widths than the file says: {wrong[:5]}"
        if set(self.program.keys()) & {"CBDT", "sbix", "SVG ", "COLR"}:
            yield "draws in colour"
        for code in used:
            text = self.meanings.get(code)
            if not text or set(text) & {"\x00", "\ufeff", "\ufffe"}:
                yield f"reads {text!r} where it draws glyph {code}"

    def wrong_widths(self, used):
        """Codes that the file says are wider or narrower than the font does."""
        scale = 1000 / self.program["head"].unitsPerEm
        measures = self.program["hmtx"].metrics
        names = self.program.getGlyphOrder()
        return [
            code
            for code in used
            if code >= len(names) or abs(measures[names[code]][0] * scale - self.widths.get(code, 1000)) > 1
        ]


def _to_unicode(stream):
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.S):
        for code, text in re.findall(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", block):
            found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    return found


def _widths(inner):
    found, at, entries = {}, 0, list(inner.get("/W", []))
    while at < len(entries):
        first, second = int(entries[at]), entries[at + 1]
        if isinstance(second, pikepdf.Array):
            found |= dict(enumerate(map(float, second), first))
            at += 2
        else:
            found |= dict.fromkeys(range(first, int(second) + 1), float(entries[at + 2]))
            at += 3
    return found


def _times(m, n):
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


class Page:
    """One page drawn again, without painting it."""

    def __init__(self, number, page, faces):
        self.number, self.faces = number, faces
        self.runs, self.used, self.loose, self.actual = [], Counter(), [], set()
        self.fonts = page.obj.Resources.get("/Font", {})
        self.box = [float(value) for value in page.mediabox]
        self._draw(page)

    def _draw(self, page):
        self.matrix, self.kept, self.marks = (1, 0, 0, 1, 0, 0), [], []
        self.rise = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            step = STEPS.get(name)
            if name in PAINTED and not self.marks:
                self.loose.append(name)
            if step:
                step(self, *operands)
            elif name in SHOWN:
                self._show(operands[-1])

    def _keep(self):
        self.kept.append(self.matrix)

    def _back(self):
        self.matrix = self.kept.pop()

    def _turn(self, *values):
        self.matrix = _times(tuple(map(float, values)), self.matrix)

    def _begin(self, tag, properties=()):
        self.marks.append("/ActualText" in properties)

    def _end(self):
        self.marks.pop()

    def _raise(self, rise):
        self.rise = float(rise)

    def _start(self):
        self.line = (1, 0, 0, 1, 0, 0)

    def _place(self, *values):
        self.line = tuple(map(float, values))

    def _move(self, x, y):
        self.line = _times((1, 0, 0, 1, float(x), float(y)), self.line)

    def _choose(self, name, size):
        font = self.fonts[name]
        if font.objgen not in self.faces:
            self.faces[font.objgen] = Face(font)
        self.face, self.size = self.faces[font.objgen], float(size)

    def _show(self, shown):
        parts = shown if isinstance(shown, pikepdf.Array) else [shown]
        whole = _times(self.line, self.matrix)
        at, words, ink = 0.0, [], []
        for part in parts:
            if not isinstance(part, pikepdf.String):
                at -= float(part) / 1000 * self.size
                continue
            raw = bytes(part)
            for code in map(int.from_bytes, (raw[i : i + 2] for i in range(0, len(raw), 2))):
                self.used[self.face, code] += 1
                words.append(self.face.meanings.get(code, ""))
                if box := self.face.reach.get(code):
                    ink.append(
                        [
                            at * 1000 / self.size + box[0],
                            box[1],
                            at * 1000 / self.size + box[2],
                            box[3],
                        ]
                    )
                at += self.face.widths.get(code, 1000) / 1000 * self.size
                if any(0xE000 <= ord(c) <= 0xF8FF or ord(c) >= 0xF0000 for c in words[-1]):
                    self.actual.add(any(self.marks))
        self.line = _times((1, 0, 0, 1, at, 0), self.line)
        if ink:
            k = self.size / 1000
            left, right = min(b[0] for b in ink) * k, max(b[2] for b in ink) * k
            low, high = min(b[1] for b in ink) * k, max(b[3] for b in ink) * k
            rise = self.rise
            (x0, y0), (x1, y1) = (
                _at(whole, left, low + rise),
                _at(whole, right, high + rise),
            )
            (_, base), (_, top) = (
                _at(whole, 0, rise),
                _at(whole, 0, self.size * 0.45 + rise),
            )
            self.runs.append(Run(self.number, "".join(words), x0, x1, base, top, y1, y0))

    @property
    def faults(self):
        left, bottom, right, top = self.box
        for run in self.runs:
            if (
                run.left < left + EDGE
                or run.right > right - EDGE
                or run.ink_bottom < bottom + EDGE
                or run.ink_top > top - EDGE
            ):
                box = f"{run.left:.0f} {run.ink_bottom:.0f} {run.right:.0f} {run.ink_top:.0f}"
                yield f"page {self.number}: ink over the edge, {box}: {run.text[:40]!r}"
        apart = [run for run in self.runs if not run.is_mark]
        for one, other in itertools.combinations(apart, 2):
            if one.lies_on(other):
                yield f"page {self.number}: {one.text[:30]!r} lies on {other.text[:30]!r}"
        for name in self.loose:
            yield f"page {self.number}: {name} is neither content nor artifact"
        if self.actual - {True}:
            yield f"page {self.number}: a private-use character says nothing of itself"


STEPS = {
    "q": Page._keep,
    "Q": Page._back,
    "cm": Page._turn,
    "BDC": Page._begin,
    "BMC": Page._begin,
    "EMC": Page._end,
    "Ts": Page._raise,
    "BT": Page._start,
    "Tm": Page._place,
    "Td": Page._move,
    "Tf": Page._choose,
}


def _at(matrix, x, y):
    return (
        matrix[0] * x + matrix[2] * y + matrix[4],
        matrix[1] * x + matrix[3] * y + matrix[5],
    )


def faults(path):
    """Everything of the file that is not as it must be, in words; none is the aim."""
    with pikepdf.open(path) as pdf:
        faces = {}
        pages = [Page(at, page, faces) for at, page in enumerate(pdf.pages, 1)]
        return [
            *(fault for page in pages for fault in page.faults),
            *_font_faults(faces, pages),
            *_claim_faults(pdf),
            *_structure_faults(pdf),
        ]


def runs_of(path):
    """All pieces of text that are drawn."""
    with pikepdf.open(path) as pdf:
        faces = {}
        pages = [Page(at, page, faces) for at, page in enumerate(pdf.pages, 1)]
        return [run for page in pages for run in page.runs]


def text_of(path):
    """All that is drawn, page by page, as it reads back."""
    with pikepdf.open(path) as pdf:
        faces = {}
        pages = [Page(at, page, faces) for at, page in enumerate(pdf.pages, 1)]
    return ["".join(run.text for run in page.runs) for page in pages]


def _font_faults(faces, pages):
    used = {face: set() for face in faces.values()}
    for page in pages:
        for face, code in page.used:
            used[face].add(code)
    for face, codes in used.items():
        for fault in face.faults(codes):
            yield f"{face.name} {fault}"


def _claim_faults(pdf):
    root = pdf.Root
    with pdf.open_metadata() as said:
        claims = [said.get(f"{part}:part") for part in ("pdfaid", "pdfuaid")]
        title = said.get("dc:title")
        level = said.get("pdfaid:conformance")
    images = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
    pages = [page.obj for page in pdf.pages if "/Annots" in page.obj]
    true = {
        "claims PDF/A-3a and PDF/UA-1": (*claims, level) == ("3", "1", "A"),
        "has one title": title and str(pdf.docinfo["/Title"]) == title,
        "is called by its title": root.ViewerPreferences.DisplayDocTitle,
        "names its colours": [str(x.S) for x in root.OutputIntents] == ["/GTS_PDFA1"],
        "is PDF 1.7": pdf.pdf_version == "1.7" >= str(root.get("/Version", ""))[1:],
        "is tagged": root.MarkInfo.Marked,
        "has a language": str(root.get("/Lang", "")),
        "smooths no image": not any(bool(i.get("/Interpolate", 0)) for i in images),
        "walks links as text": all(str(p.get("/Tabs", "")) == "/S" for p in pages),
    }
    return [f"not true: {fact}" for fact, is_so in true.items() if not is_so]


def elements(node, path=()):
    """Each element of the structure with the names of those it is in."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid, path)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node, path
        if "/K" in node:
            yield from elements(node.K, (*path, str(node.S)))


def _structure_faults(pdf):
    found = list(elements(pdf.Root.StructTreeRoot.K))
    levels = [0]
    for element, path in found:
        name = str(element.S)
        if HEADING.fullmatch(name):
            if any(HEADING.fullmatch(outer) for outer in path):
                yield f"{name} in {path[-1]}"
            if int(name[2]) > levels[-1] + 1:
                yield f"{name} behind H{levels[-1]}"
            levels.append(int(name[2]))
    if len(levels) < 3:
        yield "no headings"
    for element, _ in found:
        if fault := SAYS.get(str(element.S), lambda _: "")(element):
            yield fault


def _of_figure(element):
    return "" if str(element.get("/Alt", "")) else "a picture says nothing"


def _of_head(element):
    scope = str(element.get("/A", {}).get("/Scope", ""))
    return "" if scope in {"/Row", "/Column"} else "a head of no row or column"


def _of_list(element):
    return "a list of more than items" if {str(k.S) for k in element.K} - {"/LI"} else ""


SAYS = {"/Figure": _of_figure, "/TH": _of_head, "/L": _of_list}


def seen(text):
    """The part of a text that has ink: no spaces, no marks of format."""
    return "".join(c for c in text if unicodedata.category(c)[0] not in "ZC" and c not in SELECTORS)
