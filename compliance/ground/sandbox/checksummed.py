"""A file that ends with the SHA-256 of all its other bytes, so that each one counts. Pure.

A ZIP has bytes that no checksum covers: dates, flags, the table of contents. As the end
of its comment the hash covers those, too.
"""

import hashlib
import io
from typing import Any, BinaryIO

CHUNK = 1024 * 1024
HEX = 64
BLANK = b"0" * HEX
"""The placeholder for the hash."""


class Hashed(io.RawIOBase):
    """Passes bytes on and hashes them; the last ones are held until the hash is known."""

    def __init__(self, out: BinaryIO) -> None:
        self.out, self.held, self.digest = out, b"", hashlib.sha256()
        self.is_given_up = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.is_given_up:
            return len(data)
        whole = self.held + bytes(data)
        end = max(0, len(whole) - HEX)
        self._pass(whole[:end])
        self.held = whole[end:]
        return len(data)

    def seal(self) -> None:
        """Write the hash over its placeholder."""
        self.out.write(self.digest.hexdigest().encode())

    def _pass(self, data: bytes) -> None:
        self.digest.update(data)
        self.out.write(data)


def is_intact(file: BinaryIO, mark: bytes) -> bool | None:
    """Whether all bytes are as written; None without a hash after the ``mark``."""
    end = file.seek(0, io.SEEK_END) - HEX
    start = end - len(mark)
    file.seek(max(0, start))
    if start < 0 or file.read(len(mark)) != mark:
        return None
    said = file.read(HEX)
    file.seek(0)
    digest, left = hashlib.sha256(), end
    while left and (chunk := file.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest().encode() == said
