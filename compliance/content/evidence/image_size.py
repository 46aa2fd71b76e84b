"""The size of a picture, read from its header without decoding. Pure."""

import struct
from typing import BinaryIO

from compliance.content.evidence.filetypes import FileType, RefusedError

_HEAD = 64
_SIZES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
"""Marks of a JPEG behind which its size stands."""
_BARE = {0x01, *range(0xD0, 0xD9)}
"""Marks of a JPEG that stand alone."""
_MOST_MARKS = 2000


def refuse_huge(kind: FileType, file: BinaryIO, most_pixels: int) -> None:
    """Refuse a picture that would fill the memory of who opens it; others pass.

    Raises ``RefusedError``, also when the size of a picture cannot be read.
    """
    if kind.label != "Picture":
        return
    size = size_of(kind.media_type, file)
    file.seek(0)
    if size is None or 0 in size:
        msg = "The picture is cut off or damaged: its size cannot be read. Save it again."
        raise RefusedError(msg)
    width, height = size
    if width * height > most_pixels:
        msg = (
            f"The picture has {width} by {height} pixels; {most_pixels / 1e6:g} million"
            " fit. Make it smaller and add that."
        )
        raise RefusedError(msg)


def size_of(media_type: str, file: BinaryIO) -> tuple[int, int] | None:
    """Width and height in pixels; None when the header does not say."""
    file.seek(0)
    if media_type == "image/jpeg":
        return _jpeg(file)
    head = file.read(_HEAD)
    read = {"image/png": _png, "image/gif": _gif, "image/webp": _webp}[media_type]
    try:
        return read(head)
    except struct.error:
        return None


def _png(head: bytes) -> tuple[int, int] | None:
    if head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">2L", head, 16)
    return width, height


def _gif(head: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<2H", head, 6)
    return width, height


def _webp(head: bytes) -> tuple[int, int] | None:
    if head[12:16] == b"VP8X":
        wide, high = head[24:27], head[27:30]
        if len(high) < 3:
            return None
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1
    if head[12:16] == b"VP8L":
        (bits,) = struct.unpack_from("<L", head, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if head[12:16] == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<2H", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(2)
    for _ in range(_MOST_MARKS):
        mark = _next_mark(file)
        if mark is None:
            return None
        if mark in _BARE:
            continue
        length = int.from_bytes(file.read(2), "big")
        if length < 2:
            return None
        if mark in _SIZES:
            part = file.read(5)
            if len(part) < 5:
                return None
            _, height, width = struct.unpack(">B2H", part)
            return width, height
        file.seek(length - 2, 1)
    return None


def _next_mark(file: BinaryIO) -> int | None:
    """The mark that has to stand here, behind any number of filling bytes."""
    if file.read(1) != b"\xff":
        return None
    for _ in range(_MOST_MARKS):
        sign = file.read(1)
        if sign != b"\xff":
            return sign[0] if sign else None
    return None
