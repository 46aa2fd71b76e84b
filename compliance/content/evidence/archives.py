"""The table of contents of a ZIP, without unpacking. Pure.

The table is walked by hand: a hostile one of 50 MB would cost a library that builds
an object for every part half a gigabyte.
"""

import struct
from typing import BinaryIO

MOST_PARTS = 10_000
MOST_TABLE_BYTES = 4 * 1024 * 1024
MOST_RATIO = 200
SMALL_BYTES = 100 * 1024 * 1024
"""Bytes that may be unpacked at any ratio."""

_END = struct.Struct("<4s4H2LH")
_PART = struct.Struct("<4s6H3L5H2L")
_FARTHEST = _END.size + 65_535


class FaultError(ValueError):
    """A fault of an archive, in words."""


def names_in(file: BinaryIO) -> frozenset[str]:
    """The names of the parts of a ZIP. Raises ``FaultError`` for a damaged, huge or hostile one."""
    size = file.seek(0, 2)
    count, table = _table(file, size)
    names, unpacked = _parts(table, count)
    for name in names:
        if _leaves_its_folder(name):
            msg = "A part of the archive would be written outside its folder. It was not stored."
            raise FaultError(msg)
    if unpacked > SMALL_BYTES and unpacked > MOST_RATIO * size:
        msg = f"The archive says it unpacks to {unpacked // 10**6} MB. It was not stored."
        raise FaultError(msg)
    return names


def _table(file: BinaryIO, size: int) -> tuple[int, bytes]:
    """How many parts there are, and the bytes of the table of contents."""
    file.seek(max(0, size - _FARTHEST))
    tail = file.read(_FARTHEST)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        msg = "The archive is cut off or damaged: its table of contents is missing."
        raise FaultError(msg)
    _, _, _, _, count, length, offset, _ = _END.unpack_from(tail, at)
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07") or length > MOST_TABLE_BYTES:
        msg = f"The archive has too many parts. At most {MOST_PARTS} are kept."
        raise FaultError(msg)
    file.seek(offset)
    table = file.read(length)
    if len(table) != length:
        msg = "The archive is damaged: its table of contents is cut off."
        raise FaultError(msg)
    return count, table


def _parts(table: bytes, count: int) -> tuple[frozenset[str], int]:
    """Their names, and the bytes they claim to unpack to."""
    if count > MOST_PARTS:
        msg = f"The archive has {count} parts. At most {MOST_PARTS} are kept."
        raise FaultError(msg)
    names, unpacked, at = set(), 0, 0
    for _ in range(count):
        if table[at : at + 4] != b"PK\x01\x02" or len(table) - at < _PART.size:
            msg = "The archive is damaged: its table of contents does not add up."
            raise FaultError(msg)
        fields = _PART.unpack_from(table, at)
        unpacked += fields[9]
        lengths = fields[10:13]
        start = at + _PART.size
        names.add(table[start : start + lengths[0]].decode("utf-8", "replace"))
        at = start + sum(lengths)
    if at != len(table):
        msg = "The archive is damaged: its table of contents does not add up."
        raise FaultError(msg)
    return frozenset(names), unpacked


def _leaves_its_folder(name: str) -> bool:
    path = name.replace("\\", "/")
    return path.startswith("/") or path[1:2] == ":" or ".." in path.split("/")
