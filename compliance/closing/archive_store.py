"""Storage of archives until they go, under their SHA-256."""

import os
import time
from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings

from compliance.closing.models import Archive
from compliance.web import staging

_DAY_SECONDS = 24 * 60 * 60


def folder() -> Path:
    """Made on first use, for its owner only."""
    path = Path(settings.DATA_DIR) / "archives"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    """The file with that hash."""
    return folder() / f"{sha256}.zip"


def workplace() -> AbstractContextManager[Path]:
    """A folder beside them for one that is made; see ``web/staging.py``."""
    return staging.workplace(folder(), _is_known)


def keep(path: Path, sha256: str) -> None:
    """Move a finished file of a workplace to its place; its age counts from now."""
    os.utime(path)
    staging.put(path, path_of(sha256).name)


def sweep() -> int:
    """Take away files that have lain there for their days, and what killed processes left."""
    gone = staging.sweep(folder(), _is_known)
    before = time.time() - settings.ARCHIVE_DAYS * _DAY_SECONDS
    for path in folder().glob("*.zip"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def is_wanted(archive: Archive) -> bool:
    """Whether the file of an archive lies there."""
    return archive.is_there and path_of(archive.sha256).is_file()


def _is_known(name: str) -> bool:
    return Archive.objects.filter(sha256=name.removesuffix(".zip")).exists()
