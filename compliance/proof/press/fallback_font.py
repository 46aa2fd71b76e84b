"""A font of boxes for characters that no font of the machine has.

The last family of the stylesheet: a character that nothing else can draw becomes a
visible box that still copies as itself, and never nothing.
"""

import io
import unicodedata
from collections import Counter
from collections.abc import Iterable

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]

UNSHOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands for a character that nobody can show, whatever it was."""
MOST = 65_000
"""Boxes that a font has room for."""
SPACE = "space"
WIDTH, HEIGHT, LINE = 700, 700, 50
_SCRIPTS = {"Cjk": "Chinese, Japanese, Korean"}
"""Scripts that Unicode calls by initials."""
_IGNORED = {
    0x00AD,
    0x034F,
    0x061C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
}
_IGNORED |= {*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)}
"""Marks of format, which leave no ink (Default_Ignorable_Code_Point, by and large)."""


def is_drawn(character: str) -> bool:
    """Whether the character has ink, so that it needs a font."""
    kind = unicodedata.category(character)
    return kind[0] != "Z" and kind not in {"Cc", "Cs"} and ord(character) not in _IGNORED


def unprinted(texts: Iterable[str], boxes: list[int]) -> dict[str, int]:
    """Scripts, as Unicode names them, to how many of their characters have no shape."""
    lost = {chr(codepoint) for codepoint in boxes} | {UNSHOWN}
    found: Counter[str] = Counter()
    for text in texts:
        found.update(character for character in text if character in lost)
    named: Counter[str] = Counter()
    for character, count in found.items():
        named[_script(character)] += count
    return dict(named.most_common())


def _script(character: str) -> str:
    if character == UNSHOWN:
        return "control or private use"
    if unicodedata.category(character)[0] in "SP":
        return "signs"
    script = unicodedata.name(character, "unassigned").split(" ")[0].capitalize()
    return _SCRIPTS.get(script, script)


def box_font(codepoints: list[int]) -> bytes:
    """A TrueType font with one box for each code point; the same for the same ones."""
    codepoints = codepoints[:MOST]
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
