"""Report files, kept under their SHA-256: written whole or not at all."""

import hashlib
from contextlib import AbstractContextManager
from io import BufferedReader
from pathlib import Path

from django.conf import settings

from compliance.ground.web import file_store, staging
from compliance.ground.web.bucket import AwayError
from compliance.ground.web.staging import Known

CHANGED = (
    "The stored file is no longer the report that was sealed. The administrator of this"
    " installation has to restore it from a backup."
)


def folder() -> Path:
    """Where reports lie; made on first use, for its owner only."""
    path = Path(settings.DATA_DIR) / "reports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(sha256: str) -> Path:
    """The file with that hash."""
    return folder() / f"{sha256}.pdf"


def hash_of(path: Path) -> str:
    """The SHA-256 of a kept file, 64 hexadecimal digits."""
    with file_store.opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_good(path: Path) -> bool:
    """Whether the file is there, with the bytes that its name says."""
    try:
        return hash_of(path) == path.stem
    except FileNotFoundError:
        return False


def opened(sha256: str) -> BufferedReader:
    """The kept file, open, its bytes compared with its hash just now.

    Raises ``FileNotFoundError``, and ``AwayError`` for other bytes.
    """
    file = file_store.opened_as(path_of(sha256), sha256)
    if file is None:
        raise AwayError(CHANGED)
    return file


def workplace(is_known: Known) -> AbstractContextManager[Path]:
    """A folder beside the reports for one that is made; see ``web/staging.py``."""
    return staging.workplace(folder(), is_known)


def sweep(is_known: Known) -> int:
    """Take away what a killed process left; how many reports were cut off."""
    return staging.sweep(folder(), is_known)


def keep(path: Path) -> tuple[str, int]:
    """Move a file of a workplace to its place; its SHA-256 and its size in bytes."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size_bytes = path.stat().st_size
    path.chmod(0o600)
    staging.put(path, path_of(sha256).name)
    return sha256, size_bytes
