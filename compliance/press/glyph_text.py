"""The text behind each glyph: copied, searched or read aloud (ISO 14289-1, 7.21.7).

Works on the engine's fonts by their attributes only; ``pdf.py`` hands them over.
"""

import io
import unicodedata
from collections.abc import Callable
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]


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
    """Glyphs that are the shape of a part of what they were drawn for, to that part."""
    said: dict[int, str] = font.to_unicode
    file = TTFont(io.BytesIO(font.file_content), fontNumber=font.index, lazy=True)
    number = file.getReverseGlyphMap()
    shapes: dict[int, list[str]] = {}
    for codepoint, name in file.getBestCmap().items():
        if number[name] in said:
            shapes.setdefault(number[name], []).append(chr(codepoint))
    found = {
        glyph: next((c for c in characters if _is_part(c, said[glyph])), "")
        for glyph, characters in shapes.items()
        if said[glyph] not in characters
    }
    return {glyph: part for glyph, part in found.items() if part}


def _is_part(character: str, whole: str) -> bool:
    """Whether the character is a part of the whole, and not all of it."""
    part, letters = (unicodedata.normalize("NFD", text) for text in (character, whole))
    return not whole or (part != letters and set(part) <= set(letters))
