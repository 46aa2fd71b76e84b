"""A font of boxes for characters that no font of the machine has.

The last family of the stylesheet: a character that nothing else can draw becomes a
visible box that still copies as itself, and never nothing.
"""

import io
import unicodedata
from collections.abc import Iterable

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]

COMMON = frozenset(range(0x20, 0x250)) | frozenset(range(0x370, 0x530))
"""Latin, Greek and Cyrillic: the shipped fonts have them."""
MOST = 20_000
SPACE = "space"
WIDTH, HEIGHT, LINE = 700, 700, 50


def rare(text: Iterable[str]) -> list[int]:
    """Code points that may lack a font, in order."""
    found = {ord(character) for character in set(text)} - COMMON
    return sorted(c for c in found if c > 0x20 and _is_seen(chr(c)))[:MOST]


def _is_seen(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind[0] not in "CZ" or kind in {"Co", "Cn"}


def box_font(codepoints: list[int]) -> bytes:
    """A TrueType font with one box for each code point; the same for the same ones."""
    names = {0x20: SPACE} | {c: f"u{c:05X}" for c in codepoints}
    order = [".notdef", *names.values()]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    box = _box()
    builder.setupGlyf(dict.fromkeys(order, box) | {SPACE: TTGlyphPen(None).glyph()})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (WIDTH + 100, LINE)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "RBox", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800)
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def _box() -> object:
    pen = TTGlyphPen(None)
    for inset, turn in ((0, 1), (LINE, -1)):
        low, left = inset, LINE + inset
        high, right = HEIGHT - inset, LINE + WIDTH - inset
        corners = [(left, low), (left, high), (right, high), (right, low)][::turn]
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    return pen.glyph()
