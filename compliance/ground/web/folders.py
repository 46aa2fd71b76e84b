"""Directory helpers: flush names and new files to the disk, and wait for a lock."""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh(path: Path, chunks: Iterable[bytes]) -> Iterator[Path]:
    """A new file beside ``path``, for its owner only and on the disk, to be given that name.

    So ``path`` has all of the bytes or none. The folder is made if need be; it is flushed at
    the end, and the new file goes if it still has a name of its own.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    handle = os.open(new, flags, 0o600)
    try:
        with open(handle, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        yield new
    finally:
        new.unlink(missing_ok=True)
    flush(path.parent)


def flush(folder: Path) -> None:
    """Names that came or went in a folder survive a power cut, too (fsync(2))."""
    handle = opened(folder)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path, how: int) -> Iterator[None]:
    """A lock on a folder that ends with the block, or with the process (flock(2))."""
    handle = opened(folder)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)


def opened(folder: Path) -> int:
    """A handle of a folder, for what ends when it is closed."""
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
