"""Where bundles and audit packs wait to be taken away, under their SHA-256."""

import os
import time
from pathlib import Path

from django.conf import settings

from compliance.interchange.models import KEPT_FOR, Package, PackageStatus


def folder() -> Path:
    """Made on first use, for its owner only."""
    path = Path(settings.DATA_DIR) / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    """The file with that hash."""
    return folder() / f"{sha256}.zip"


def keep(path: Path, sha256: str) -> None:
    """Move a finished file to its place; its age counts from now."""
    os.utime(path)
    path.replace(path_of(sha256))
    handle = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep() -> int:
    """Take away what is a day old: finished files, and parts that were cut off."""
    gone, before = 0, time.time() - KEPT_FOR.total_seconds()
    for path in folder().iterdir():
        if path.is_file() and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def is_wanted(package: Package) -> bool:
    """Whether the file of a package lies there."""
    return (
        package.status == PackageStatus.DONE
        and package.is_there
        and path_of(package.sha256).is_file()
    )
