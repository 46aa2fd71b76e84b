"""Report files, kept under their SHA-256: written whole or not at all."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    """Where reports lie; made on first use, for its owner only."""
    path = Path(settings.DATA_DIR) / "reports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    """The file with that hash."""
    return folder() / f"{sha256}.pdf"


@contextmanager
def draft() -> Iterator[Path]:
    """A file of its own to write to; gone afterwards unless ``keep`` moved it."""
    _sweep()
    handle, name = tempfile.mkstemp(prefix="draft-", suffix=".pdf", dir=folder())
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder beside the reports for what goes into one; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="draft-", dir=folder()) as name:
        yield Path(name)


def keep(path: Path) -> tuple[str, int]:
    """Move a draft to its place; its SHA-256 and its size in bytes."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    size_bytes = path.stat().st_size
    path.chmod(0o600)
    path.replace(path_of(sha256))
    _settle(folder())
    return sha256, size_bytes


def drop(sha256: str) -> None:
    """Remove a file that no report came to have."""
    path_of(sha256).unlink(missing_ok=True)


def _sweep() -> None:
    """Remove drafts of processes that were killed: none lives longer than a report."""
    oldest = time.time() - 2 * settings.REPORT_SECONDS
    for left in folder().glob("draft-*"):
        with suppress(OSError):
            if left.stat().st_mtime < oldest:
                if left.is_dir():
                    shutil.rmtree(left)
                else:
                    left.unlink()


def _settle(path: Path) -> None:
    """The new name survives a power cut, too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
