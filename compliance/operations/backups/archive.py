"""The ZIP that a backup is: written as a stream, read with every byte accounted for. Pure.

It ends with a comment, the SHA-256 of all bytes before that hash. So whatever changes
one bit of it, in a part or between parts, is found, and so is an end that is cut off.
"""

import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from time import struct_time
from typing import IO, Any, BinaryIO, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from compliance.ground.sandbox.checksummed import BLANK, Hashed, is_intact
from compliance.ground.web.bucket import AwayError
from compliance.operations.backups import manifest
from compliance.operations.backups.manifest import BackupError, Manifest, Member

CHUNK = 1024 * 1024
MOST_LINE = 512 * 1024 * 1024
"""Bytes of one row: far more than any has, and less than would fill the memory."""
_MARK = b"attest-backup sha256 "
_HEADER = 30
_ENCRYPTED = 0x1
_BROKEN = (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)
_UNREADABLE = (*_BROKEN, ValueError, KeyError, OverflowError, MemoryError)
"""Errors that ``zipfile`` raises for bytes that are not its own."""


class Part:
    """A member that is written; its size and hash are those of what was written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._digest, self.size = out, hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)
        self._out.write(data)

    def member(self) -> Member:
        return Member(size=self.size, sha256=self._digest.hexdigest())


class Writer:
    """Writes members one after the other; memory does not grow with their bytes."""

    def __init__(self, out: BinaryIO, moment: struct_time) -> None:
        self._out, self._moment = Hashed(out), moment[:6]
        self._zip = ZipFile(self._out, "w", allowZip64=True)
        self.members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.is_given_up = True  # unless it is finished, and then nothing comes
        self._zip.close()

    @contextmanager
    def part(self, name: str, *, is_packed: bool) -> Iterator[Part]:
        """A new member; ``is_packed`` for text, which becomes small."""
        info = ZipInfo(name, self._moment)
        info.compress_type = ZIP_DEFLATED if is_packed else ZIP_STORED
        info.external_attr = 0o100600 << 16
        with self._zip.open(info, "w", force_zip64=True) as out:
            part = Part(out)
            yield part
        self.members[name] = part.member()

    def finish(self, said: Manifest) -> None:
        """The manifest, and the hash of everything."""
        with self.part(manifest.NAME, is_packed=True) as part:
            part.write(said.model_dump_json(indent=1).encode())
        self._zip.comment = _MARK + BLANK
        self._zip.close()
        self._out.seal()


class Reader:
    """Members of a backup in an open file. Raises ``BackupError`` for what is none."""

    def __init__(self, file: BinaryIO) -> None:
        self.is_intact = _is_intact(file)
        with _as_damage("the table of contents"):
            self._zip = ZipFile(file)
            self._infos = _listed(self._zip)
        with self._opened(manifest.NAME) as part:
            content = part.read(manifest.MOST_BYTES + 1)
        if len(content) > manifest.MOST_BYTES:
            msg = f"{manifest.NAME} is too long"
            raise BackupError(msg)
        self.manifest = manifest.read(content)

    @property
    def names(self) -> set[str]:
        """Every member but the manifest."""
        return set(self._infos) - {manifest.NAME}

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a member that the manifest lists; complains at their end."""
        with self._counted(name) as part:
            while chunk := part.read(CHUNK):
                yield chunk

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of one, each with its end; complains like ``chunks``."""
        with self._counted(name) as part:
            while line := part.readline(MOST_LINE):
                if not line.endswith(b"\n"):
                    msg = f"{name} has a line without an end, or an endless one"
                    raise BackupError(msg)
                yield line

    @contextmanager
    def _counted(self, name: str) -> Iterator[IO[bytes]]:
        expected = self.manifest.members[name]
        with self._opened(name) as part, _as_damage(name):
            counted = _Counted(part, name, expected.size)
            with io.BufferedReader(counted, CHUNK) as buffered:
                yield buffered
                is_whole = not buffered.read(1)
            if not is_whole or counted.member() != expected:
                msg = f"{name} is damaged: it does not have the bytes it was written with"
                raise BackupError(msg)

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        if name not in self._infos:
            msg = f"{name} is missing"
            raise BackupError(msg)
        with _as_damage(name), self._zip.open(self._infos[name]) as part:
            yield part


class _Counted(io.RawIOBase):
    """Reads a member, counts and hashes it, and stops when it is longer than it says."""

    def __init__(self, part: IO[bytes], name: str, most: int) -> None:
        self._part, self._name, self._most = part, name, most
        self._size, self._digest = 0, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._part.read(len(buffer))
        self._size += len(data)
        if self._size > self._most:
            msg = f"{self._name} is longer than the manifest says"
            raise BackupError(msg)
        self._digest.update(data)
        buffer[: len(data)] = data
        return len(data)

    def member(self) -> Member:
        return Member(size=self._size, sha256=self._digest.hexdigest())


@contextmanager
def _as_damage(what: str) -> Iterator[None]:
    """An error over damaged bytes is reported as damage of a part."""
    try:
        yield
    except (BackupError, AwayError):
        raise
    except _UNREADABLE as error:
        # ``zipfile`` takes whatever stops it in the table of contents for damage.
        if isinstance(error.__context__, AwayError):
            raise error.__context__ from error
        msg = f"{what} is damaged: it cannot be read ({error})"
        raise BackupError(msg) from error


def _is_intact(file: BinaryIO) -> bool:
    """Whether all bytes are as written. Raises ``BackupError`` where the end is gone."""
    found = is_intact(file, _MARK)
    if found is None:
        msg = "the file does not end as a backup does: it is cut short, damaged at its end, or no backup"
        raise BackupError(msg)
    return found


def _listed(archive: ZipFile) -> dict[str, ZipInfo]:
    """Members by name. Raises ``BackupError`` for names and places that cannot be."""
    found: dict[str, ZipInfo] = {}
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        name = info.filename
        if info.orig_filename != name or not (manifest.is_member(name) or name == manifest.NAME):
            msg = f"a part is called {name[:200]!r}, which no backup has"
            raise BackupError(msg)
        if name in found:
            msg = f"{name} is there twice"
            raise BackupError(msg)
        if info.header_offset < end:
            msg = f"{name} overlaps another part"
            raise BackupError(msg)
        if info.flag_bits & _ENCRYPTED or info.compress_type not in {
            ZIP_STORED,
            ZIP_DEFLATED,
        }:
            msg = f"{name} is packed in a way that no backup uses"
            raise BackupError(msg)
        end = info.header_offset + _HEADER + len(name) + info.compress_size
        found[name] = info
    if end > archive.start_dir:
        msg = "the last part reaches into the table of contents"
        raise BackupError(msg)
    return found
