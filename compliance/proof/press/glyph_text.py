"""The text behind each glyph: copied, searched or read aloud (ISO 14289-1, 7.21.7).

Works on the engine's fonts by their attributes only; ``pdf.py`` hands them over.
"""

import io
import unicodedata
from collections.abc import Callable
from typing import Any

from fontTools import agl  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

DOTTED = str.maketrans("ıȷ", "ij")
"""Letters that lose their dot below an accent."""


def kept(build: Callable[..., Any]) -> Callable[..., Any]:
    """The engine's function that writes fonts, with the meaning of each glyph put right.

    The engine gives a glyph all the characters it was first drawn for. Where several
    glyphs draw one letter, its base and its accent, the base would read back with the
    accent wherever it is, and the accent as nothing.
    """

    def built(pdf: Any, fonts: Any, *rest: Any, **options: Any) -> Any:
        for font in fonts.values():
            font.to_unicode |= _parts(font)
        return build(pdf, fonts, *rest, **options)

    return built


def _parts(font: Any) -> dict[int, str]:
    """Glyphs that are the shape of a part of what they were drawn for, to that part.

    A glyph tells by its characters in the font, or by its name: "uni0301.c" is an acute
    accent for capitals, which no character has (Adobe Glyph List Specification, 2).
    """
    said: dict[int, str] = font.to_unicode
    file = TTFont(io.BytesIO(font.file_content), fontNumber=font.index, lazy=True)
    names, number = file.getGlyphOrder(), file.getReverseGlyphMap()
    known = range(len(names))
    shapes = {glyph: [agl.toUnicode(names[glyph])] for glyph in said if glyph in known}
    for codepoint, name in file.getBestCmap().items():
        if number[name] in shapes:
            shapes[number[name]].append(chr(codepoint))
    found = {}
    for glyph, shown in shapes.items():
        letters = list(filter(None, shown))
        if not letters and not file["hmtx"][names[glyph]][0]:
            letters = [_marks(said[glyph])]  # it takes no room and has no name
        if said[glyph] not in letters:
            parts = (one.translate(DOTTED) for one in letters)
            found[glyph] = next((one for one in parts if _is_part(one, said[glyph])), "")
    return {glyph: part for glyph, part in found.items() if part}


def _is_part(character: str, whole: str) -> bool:
    """Whether the character is a part of the whole, and not all of it."""
    part, letters = (unicodedata.normalize("NFD", text) for text in (character, whole))
    return not whole or (part != letters and set(part) <= set(letters))


def _marks(whole: str) -> str:
    """The accents of a letter, in order."""
    return "".join(filter(unicodedata.combining, unicodedata.normalize("NFD", whole)))
