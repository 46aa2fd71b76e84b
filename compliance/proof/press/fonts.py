"""The fonts of a report: unpacked once for all reports, and only those it needs."""

import base64
import io
import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.ttLib.woff2 import decompress  # type: ignore[import-untyped]

FACE = re.compile(r'@font-face \{[^}]*?url\("(data:font/woff2;base64,([^"]*))"\)[^}]*\}')
COMMON = set(map(ord, " AB\xa0"))
"""Glyphs that each of our files has, for its measures; the Latin one of its family draws them."""


def unpacked(css: str, characters: set[str], shelf: Path) -> tuple[str, set[int]]:
    """The stylesheet with TrueType for WOFF2, less the faces that draw nothing.

    With it the code points that its faces can draw. Unpacking takes 50 ms a face; the
    engine would do it for each piece. So what is unpacked stays on the shelf.
    """
    codepoints = set(map(ord, characters)) - COMMON
    drawn: set[int] = set()

    def face(match: re.Match[str]) -> str:
        plain = _plain(base64.b64decode(match[2]), shelf)
        known = TTFont(io.BytesIO(plain), lazy=True).getBestCmap()
        drawn.update(known)
        if codepoints.isdisjoint(known):
            return ""
        packed = base64.b64encode(plain).decode()
        return match[0].replace(match[1], f"data:font/ttf;base64,{packed}")

    return FACE.sub(face, css), drawn


def _plain(packed: bytes, shelf: Path) -> bytes:
    """The face as TrueType, from the shelf or put there: whole, or not at all."""
    path = shelf / f"{sha256(packed).hexdigest()}.ttf"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    plain = io.BytesIO()
    decompress(io.BytesIO(packed), plain)
    with suppress(OSError):  # without room on the shelf it is unpacked again next time
        _put(plain.getvalue(), path)
    return plain.getvalue()


def _put(plain: bytes, path: Path) -> None:
    """Keep a face, on the disk before it has its name: it is never looked at again."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(plain)
            file.flush()
            os.fsync(handle)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink()
        raise
