"""A ZIP written part by part, the same parts giving the same bytes."""

import hashlib
from collections.abc import Iterable
from typing import BinaryIO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from compliance.assurance.bundles.layout import MARK, SUMS
from compliance.ground.sandbox.checksummed import BLANK, Hashed

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Of every part: when a file was written is no matter of what is in it."""
LARGE_BYTES = 2**31 - 1


class Pack:
    """A ZIP being written; parts keep the order in which they are added.

    Without ``finish`` it is no whole one, and whoever reads it notices.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._out = Hashed(file)
        self._zip = ZipFile(self._out, "w")
        self._sums: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.is_given_up = True  # unless it is finished, and then nothing comes
        self._zip.close()

    def add(self, name: str, content: bytes, *, mode: int = 0o600) -> str:
        """A part that is text; its SHA-256."""
        return self._write(_info(name, ZIP_DEFLATED, mode), [content], len(content))[0]

    def add_file(self, name: str, chunks: Iterable[bytes], size_bytes: int) -> tuple[str, int]:
        """A part as it comes, not packed; its SHA-256 and its size as it was written."""
        return self._write(_info(name, ZIP_STORED), chunks, size_bytes)

    def add_lines(self, name: str, lines: Iterable[str]) -> str:
        """A part of lines, written as they come; its SHA-256."""
        chunks = (f"{line}\n".encode() for line in lines)
        return self._write(_info(name, ZIP_DEFLATED), chunks, LARGE_BYTES + 1)[0]

    def finish(self) -> str:
        """Add the list of hashes, as ``sha256sum -c`` reads it, and close; its SHA-256.

        The file ends with the hash of all its bytes, see ``sandbox/checksummed.py``.
        """
        written = "".join(self._sums).encode()
        digest = self.add(SUMS, written)
        self._zip.comment = MARK + BLANK
        self._zip.close()
        self._out.seal()
        return digest

    def _write(self, info: ZipInfo, chunks: Iterable[bytes], size_bytes: int) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        is_large = size_bytes > LARGE_BYTES
        with self._zip.open(info, "w", force_zip64=is_large) as part:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                part.write(chunk)
        found = digest.hexdigest()
        self._sums.append(f"{found}  {info.filename}\n")
        return found, size


def _info(name: str, compression: int, mode: int = 0o600) -> ZipInfo:
    info = ZipInfo(name, FIRST_DAY)
    info.compress_type = compression
    info.create_system = 3  # Unix, wherever it is written
    info.external_attr = mode << 16
    return info
