"""The fonts of a report, unpacked once for all its pieces, and only those it needs."""

import base64
import io
import re

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.ttLib.woff2 import decompress  # type: ignore[import-untyped]

FACE = re.compile(
    r'@font-face \{[^}]*?url\("(data:font/woff2;base64,([^"]*))"\)[^}]*\}'
)


def unpacked(css: str, characters: set[str]) -> str:
    """The stylesheet with TrueType for WOFF2, less the faces that draw nothing.

    Unpacking takes 50 ms a face; the engine would do it for each piece.
    """
    codepoints = {ord(character) for character in characters}

    def face(match: re.Match[str]) -> str:
        data = base64.b64decode(match[2])
        if codepoints.isdisjoint(TTFont(io.BytesIO(data), lazy=True).getBestCmap()):
            return ""
        plain = io.BytesIO()
        decompress(io.BytesIO(data), plain)
        packed = base64.b64encode(plain.getvalue()).decode()
        return match[0].replace(match[1], f"data:font/ttf;base64,{packed}")

    return FACE.sub(face, css)
