"""Files that Attest keeps: evidence, reports, exports and archives.

Each has a path in the data folder. It lies there, or with ``ATTEST_FILES_URL`` as an object
of that name in a bucket. A file appears whole or not at all, and is on the disk, not only in
memory, or acknowledged by the store, before anybody hears that it was kept. Names that
begin with a dot are of unfinished files, which are always on the disk.

Where a function takes a ``url``, it names another store than that of the settings; "" is the
disk. Functions raise ``AwayError`` when the store does not do what it is asked, and ``OSError`` for
the disk.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import IO, NamedTuple

from django.conf import settings

from compliance.ground.web.bucket import Bucket, Stuck, place_in
from compliance.ground.web.folders import flush

CHUNK = 1024 * 1024
_NAMED = re.compile(r"[0-9a-f]{64}(\.\w+)?")
LOCKED = "reports/"
"""Sealed reports, which a store may have to keep unchanged for some days."""


class Object(NamedTuple):
    """Where a file lies that is not on the disk."""

    bucket: Bucket
    name: str


def roots() -> dict[str, Path]:
    """The folders whose files are kept, by the first part of an object's name."""
    data = Path(settings.DATA_DIR)
    others = {name: data / name for name in ("reports", "exports", "archives")}
    return {"files": Path(settings.MEDIA_ROOT)} | others


def is_remote() -> bool:
    """Whether files are objects in a bucket: asking about each one takes a while."""
    return bool(settings.FILES_URL)


def put(file: Path, path: Path, *, replaces: bool = False, url: str | None = None) -> bool:
    """Give a finished file, flushed and on the same disk, its path; whether that was free.

    A file that is there already stays, unless the new one ``replaces`` it.
    """
    if at := _object(path, url):
        is_locked = at.name.startswith(LOCKED)
        is_new = at.bucket.put(file, at.name, replaces=replaces, is_locked=is_locked)
        if is_new:
            file.unlink()
        return is_new
    make_folder(path.parent)
    try:
        if replaces:
            file.replace(path)
        else:
            os.link(file, path)
    except FileExistsError:
        return False
    finally:
        flush(path.parent)
    return True


def opened(path: Path, url: str | None = None) -> BufferedReader:
    """The file, from its beginning. Raises ``FileNotFoundError``."""
    if at := _object(path, url):
        return at.bucket.opened(at.name)
    return path.open("rb")


def opened_near(path: Path) -> BufferedReader:
    """The same for whoever reads it more than once, or hands it to another process."""
    if at := _object(path):
        return at.bucket.opened_near(at.name, Path(settings.DATA_DIR))
    return path.open("rb")


def opened_as(path: Path, sha256: str) -> BufferedReader | None:
    """The file near, if its bytes have that hash just now; None where they have another.

    Raises ``FileNotFoundError``.
    """
    is_good = False
    file = opened_near(path)
    try:
        is_good = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        file.seek(0)
    finally:
        if not is_good:
            file.close()
    return file if is_good else None


def chunks(path: Path, url: str | None = None) -> Iterator[bytes]:
    """The file in pieces. Raises ``FileNotFoundError``."""
    with opened(path, url) as file:
        yield from pieces(file)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """An open file, from where it is read next."""
    while chunk := file.read(CHUNK):
        yield chunk


def is_there(path: Path) -> bool:
    """Whether the file is there."""
    if at := _object(path):
        return at.bucket.is_there(at.name)
    return path.is_file()


def may_be_there(path: Path) -> bool:
    """The same without asking a store: there only what is named by its hash is kept."""
    if _object(path):
        return bool(_NAMED.fullmatch(path.name))
    return path.is_file()


def touch(path: Path) -> None:
    """The age of a file counts from now."""
    if at := _object(path):
        at.bucket.touch(at.name)
    else:
        os.utime(path)


def delete(paths: Iterable[Path], url: str | None = None) -> None:
    """Remove files, where they are there; their folders are flushed at the end."""
    far, folders = list[Object](), set[Path]()
    for path in paths:
        if at := _object(path, url):
            far.append(at)
        else:
            path.unlink(missing_ok=True)
            folders.add(path.parent)
    for folder in folders:
        with suppress(FileNotFoundError):
            flush(folder)
    if far:
        far[0].bucket.delete(at.name for at in far)


def delete_folder(folder: Path) -> None:
    """Remove all of a folder, with what was not finished there."""
    if is_remote():
        delete(older(folder, "*", float("inf")))
    if folder.is_dir():
        shutil.rmtree(folder)
        flush(folder.parent)


def purge(folder: Path, paths: Iterable[Path]) -> Stuck | None:
    """Remove what a store keeps of deleted files: all versions of those in a folder, and others.

    The versions that stay; None on a disk, which keeps none. Raises ``DeniedError`` where the
    store does not list versions.
    """
    at = _object(folder)
    if not at:
        return None
    others = [other.name for path in paths if (other := _object(path))]
    return at.bucket.purge([f"{at.name}/", *others])


def older(folder: Path, pattern: str, before: float, url: str | None = None) -> list[Path]:
    """The files of a folder that match, last touched before a moment (seconds since 1970)."""
    if at := _object(folder, url):
        names = at.bucket.older(at.name, pattern, before)
        return [folder / name.removeprefix(f"{at.name}/") for name in names]
    found = []
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                found.append(path)
    return found


def folders(root: Path) -> set[str]:
    """The names of the folders in another one that may have files, unfinished ones too."""
    found = {path.name for path in root.iterdir()} if root.is_dir() else set()
    if at := _object(root):
        found |= set(at.bucket.folders(at.name))
    return found


def place_of(path: Path) -> str:
    """Where the file lies, for those who run the installation."""
    if at := _object(path):
        return at.bucket.place_of(at.name)
    return str(path)


def answers() -> bool:
    """Whether the store of a bucket answers now."""
    return bucket_of(settings.FILES_URL).answers()


@cache
def bucket_of(url: str) -> Bucket:
    """The bucket of an address. Raises ``ValueError``."""
    return Bucket(place_in(url))


def make_folder(folder: Path) -> None:
    """The folder, for its owner only, and written to the disk with those above it."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    flush(folder.parent)


def _object(path: Path, url: str | None = None) -> Object | None:
    """The object that a path means; None where the file is on the disk."""
    url = settings.FILES_URL if url is None else url
    if not url:
        return None
    for first, root in roots().items():
        if path.is_relative_to(root):
            parts = path.relative_to(root).parts
            if any(part.startswith(".") for part in parts):
                return None
            return Object(bucket_of(url), "/".join((first, *parts)))
    return None
