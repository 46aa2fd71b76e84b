"""Where files are stored: ``MEDIA_ROOT/<organisation>/<first two of the hash>/<SHA-256>``.

A name is the hash of what is in it, so nothing that people type becomes a path and
the same bytes lie there once. A file appears whole or not at all, and is on the disk,
not only in memory, before anybody hears that it was kept.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError

from compliance.ground.web import file_store
from compliance.ground.web.bucket import AwayError, Stuck
from compliance.ground.web.folders import locked
from compliance.ground.web.storage_errors import is_full

FULL = "full"
DAMAGED = "damaged"
AWAY = "away"
GONE = "gone"
PARTS, FINISHED = ".part-*", "[0-9a-f][0-9a-f]/*"
TRIES = 2
_HASH = re.compile(r"[0-9a-f]{64}")
NO_FILE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
"""Any other fault of a disk says nothing about a file."""


class StorageError(ValidationError):
    """Why a file was not kept or given; ``code`` is one of the four above."""


class Kept(NamedTuple):
    """A stored file: its hash, its size, and whether none of that hash was there."""

    sha256: str
    size_bytes: int
    is_new: bool


def keep(organisation_id: UUID, chunks: Iterable[bytes]) -> Kept:
    """Write, hash and name a file; twice the same bytes are one file.

    Raises ``StorageError`` when the disk is full, and when a file of this hash lies
    there that no longer has the bytes of its name. A failure leaves nothing behind.
    """
    folder = _folder(organisation_id)
    part = folder / f".part-{secrets.token_hex(16)}"
    with refuse_no_space():
        file_store.make_folder(folder)
        try:
            sha256, size = _write(part, chunks)
            is_new = _put(part, organisation_id, sha256)
        finally:
            part.unlink(missing_ok=True)
    return Kept(sha256, size, is_new)


def _put(part: Path, organisation_id: UUID, sha256: str) -> bool:
    """Give a finished file its place; whether that was free.

    A file that is there already may be swept while it is looked at: then it is put again.
    """
    place = path_of(organisation_id, sha256)
    for _ in range(TRIES):
        if file_store.put(part, place):
            return True
        try:
            open_kept(organisation_id, sha256).close()
            file_store.touch(place)
        except (StorageError, FileNotFoundError):
            if file_store.is_there(place):
                raise
        else:
            return False
    raise _swept()


def keep_piece(organisation_id: UUID, upload_id: UUID, chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write a piece of an upload; its name, which ends with its hash, and its size.

    It counts for nothing until a row names it: what fails in between leaves a file that the
    sweep takes away. Raises ``StorageError`` when the disk is full, and
    ``FileNotFoundError`` when the upload was dropped in this moment.
    """
    folder, own = _folder(organisation_id), secrets.token_hex(8)
    part = folder / f".part-{own}"
    with refuse_no_space():
        file_store.make_folder(folder)
        try:
            sha256, size = _write(part, chunks)
            name = f"{own}-{sha256}"
            file_store.put(part, _uploads(organisation_id) / str(upload_id) / name)
        finally:
            part.unlink(missing_ok=True)
    return name, size


def joined(organisation_id: UUID, upload_id: UUID, names: Iterable[str]) -> Iterator[bytes]:
    """The bytes of an upload, from its pieces, each compared with its hash.

    Raises ``StorageError`` with ``GONE``.
    """
    folder = _uploads(organisation_id) / str(upload_id)
    with refuse_no_space():
        try:
            for name in names:
                digest = hashlib.sha256()
                for chunk in file_store.chunks(folder / name):
                    digest.update(chunk)
                    yield chunk
                if digest.hexdigest() != name.rpartition("-")[2]:
                    raise lost()
        except NO_FILE as error:
            raise lost() from error


def drop_piece(organisation_id: UUID, upload_id: UUID, name: str) -> None:
    """Remove a piece that no row names."""
    file_store.delete([_uploads(organisation_id) / str(upload_id) / name])


def drop_upload(organisation_id: UUID, upload_id: UUID) -> None:
    """Remove all pieces of an upload that no row names any more."""
    file_store.delete_folder(_uploads(organisation_id) / str(upload_id))


def pieces(organisation_id: UUID, older_than: float = float("inf")) -> list[Path]:
    """The pieces of uploads last touched before a moment (seconds since 1970)."""
    return file_store.older(_uploads(organisation_id), "*/*", older_than)


def old_pieces(organisation_id: UUID, older_than: float) -> dict[UUID, list[str]]:
    """The names of such pieces, by their upload."""
    found = defaultdict[UUID, list[str]](list)
    for path in pieces(organisation_id, older_than):
        with suppress(ValueError):
            found[UUID(path.parent.name)].append(path.name)
    return found


def open_kept(organisation_id: UUID, sha256: str) -> BinaryIO:
    """The file, open, its bytes compared with its hash just now.

    Raises ``StorageError``: ``DAMAGED`` when it is gone or is not what was received, with
    any other code when nothing is known of it.
    """
    try:
        file = file_store.opened_as(path_of(organisation_id, sha256), sha256)
    except AwayError as error:
        raise StorageError(str(error), code=AWAY) from error
    except NO_FILE as error:
        raise _damaged() from error
    except OSError as error:
        raise unread(error) from error
    if file is None:
        raise _damaged()
    return file


def path_of(organisation_id: UUID, sha256: str) -> Path:
    """Where a file with this hash lies. Raises ``ValueError`` for what is no hash."""
    if not _HASH.fullmatch(sha256):
        msg = "not a SHA-256"
        raise ValueError(msg)
    return _folder(organisation_id) / sha256[:2] / sha256


@contextmanager
def unswept(organisation_id: UUID) -> Iterator[None]:
    """Hold off the sweep of an organisation until the row of a new file is written."""
    folder = _folder(organisation_id)
    with refuse_no_space():
        file_store.make_folder(folder)
    with locked(folder, fcntl.LOCK_SH):
        yield


def refuse_swept(organisation_id: UUID, kept: Kept) -> None:
    """Refuse a kept file that a sweep has removed since.

    In a bucket that may be a new one as well: another machine's sweep can have listed an
    old file of that name. For whoever has locked the organisation and is about to write
    its row: no sweep, on any machine, removes it until that transaction ends. Raises
    ``StorageError``.
    """
    if kept.is_new and not file_store.is_remote():
        return
    with refuse_no_space():
        if not file_store.is_there(path_of(organisation_id, kept.sha256)):
            raise _swept()


@contextmanager
def old_files(organisation_id: UUID, older_than: float) -> Iterator[list[Path]]:
    """Files and unfinished parts last touched before a moment (seconds since 1970).

    Nothing new is kept for the organisation from this data folder while the list is in use.
    """
    folder = _folder(organisation_id)
    if not folder.is_dir():
        yield file_store.older(folder, FINISHED, older_than)
        return
    with locked(folder, fcntl.LOCK_EX):
        parts = [p for p in folder.glob(PARTS) if p.stat().st_mtime < older_than]
        yield parts + file_store.older(folder, FINISHED, older_than)


def remove_all(organisation_id: UUID) -> None:
    """Remove all that was kept for an organisation."""
    with old_files(organisation_id, float("inf")):
        file_store.delete_folder(_folder(organisation_id))


def purge(organisation_id: UUID, others: Iterable[Path]) -> Stuck | None:
    """Remove the versions that a store keeps of its files, and of others; see ``file_store``."""
    return file_store.purge(_folder(organisation_id), others)


def organisations_with_files() -> list[UUID]:
    """Every organisation that has a folder, with or without files."""
    found = []
    for name in file_store.folders(Path(settings.MEDIA_ROOT)):
        with suppress(ValueError):
            found.append(UUID(name))
    return sorted(found)


def lost() -> StorageError:
    """The refusal of an upload whose pieces are not there, or are not what came."""
    msg = "The bytes of this upload are gone or damaged. Begin a new one, and send the file again."
    return StorageError(msg, code=GONE)


def full() -> StorageError:
    """The refusal of a full disk."""
    msg = (
        "The disk is full: the file was not stored. The administrator of this installation has"
        " to free space; then add it again."
    )
    return StorageError(msg, code=FULL)


def _swept() -> StorageError:
    msg = "The stored file was removed in this moment. Nothing was changed; add it again."
    return StorageError(msg, code=AWAY)


def unread(error: OSError) -> StorageError:
    """The refusal of a file of which nothing is known, since the disk fails."""
    msg = (
        f"The stored file cannot be read at the moment ({error.strerror or error}). Nothing"
        " was changed. Try again in a few minutes; if it lasts, tell the administrator of"
        " this installation."
    )
    return StorageError(msg, code=FULL if is_full(error) else AWAY)


def _damaged() -> StorageError:
    msg = (
        "The stored file is missing or no longer has the bytes it was received with. The"
        " administrator of this installation has to restore it from a backup."
    )
    return StorageError(msg, code=DAMAGED)


@contextmanager
def refuse_no_space() -> Iterator[None]:
    """Turns "no space left", and a store that is away, into a ``StorageError`` with words."""
    try:
        yield
    except AwayError as error:
        raise StorageError(str(error), code=AWAY) from error
    except OSError as error:
        if not is_full(error):
            raise
        raise full() from error


def _folder(organisation_id: UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / str(UUID(str(organisation_id)))


def _uploads(organisation_id: UUID) -> Path:
    return _folder(organisation_id) / "uploads"


def _write(part: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size
