"""Files that Attest keeps, by the paths that they have on a disk.

A file appears there whole or not at all, and is on the disk, not only in memory, before
anybody is told that it was kept.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from compliance.web.folders import flush

CHUNK = 1024 * 1024


def put(file: Path, path: Path, *, replaces: bool = False) -> bool:
    """Give a finished file, flushed and on the same disk, its path; whether that was free.

    A file that is there already stays, unless the new one ``replaces`` it.
    """
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


def opened(path: Path) -> BufferedReader:
    """The file, from its beginning. Raises ``FileNotFoundError``."""
    return path.open("rb")


def chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces. Raises ``FileNotFoundError``."""
    with opened(path) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def is_there(path: Path) -> bool:
    """Whether the file is there."""
    return path.is_file()


def touch(path: Path) -> None:
    """The age of a file counts from now."""
    os.utime(path)


def delete(paths: Iterable[Path]) -> None:
    """Remove files, where they are there; their folders are flushed at the end."""
    gone = list(paths)
    for path in gone:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in gone}:
        with suppress(FileNotFoundError):
            flush(folder)


def delete_folder(folder: Path) -> None:
    """Remove all of a folder, with what was not finished there."""
    if folder.is_dir():
        shutil.rmtree(folder)
        flush(folder.parent)


def older(folder: Path, pattern: str, before: float) -> list[Path]:
    """The files of a folder that match, last touched before a moment (seconds since 1970)."""
    found = []
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                found.append(path)
    return found


def folders(root: Path) -> list[str]:
    """The names of the folders in another one that may have files."""
    return [path.name for path in root.iterdir()] if root.is_dir() else []


def place_of(path: Path) -> str:
    """Where the file lies, for those who run the installation."""
    return str(path)


def make_folder(folder: Path) -> None:
    """The folder, for its owner only, and written to the disk with those above it."""
    if folder.is_dir():
        return
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    flush(folder.parent)
