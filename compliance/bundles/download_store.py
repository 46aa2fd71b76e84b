"""Storage of bundles and audit packs until download, under their SHA-256."""

import os
import time
from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings

from compliance.bundles.models import KEPT_FOR, Package, PackageStatus
from compliance.web import staging


def folder() -> Path:
    """Made on first use, for its owner only."""
    path = Path(settings.DATA_DIR) / "exports"
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
    """Take away finished files that are a day old, and what killed processes left."""
    gone, before = staging.sweep(folder(), _is_known), time.time()
    before -= KEPT_FOR.total_seconds()
    for path in folder().glob("*.zip"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _is_known(name: str) -> bool:
    return Package.objects.filter(sha256=name.removesuffix(".zip")).exists()


def is_wanted(package: Package) -> bool:
    """Whether the file of a package lies there."""
    return (
        package.status == PackageStatus.DONE
        and package.is_there
        and path_of(package.sha256).is_file()
    )
