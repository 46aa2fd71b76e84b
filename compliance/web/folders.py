"""Directory helpers: flush a name to the disk, and wait for a lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
