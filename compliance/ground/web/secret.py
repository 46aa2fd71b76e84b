"""Secrets that are made once and kept beside the data, readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from compliance.ground.web.folders import fresh

RETIRED = "retired"
"""The folder in ``KEYS_DIR`` for what was replaced and still counts."""


def kept_secret(path: Path) -> str:
    """The secret in ``path``; made on first use, whole or not at all."""
    return kept_file(path, lambda: secrets.token_urlsafe(64).encode()).decode()


def retired_secrets(path: Path) -> list[str]:
    """The secrets that ``path`` had before, one a line; none without the file."""
    return path.read_text().split() if path.exists() else []


def kept_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes in ``path``; what ``make`` gives is kept there on first use.

    Of several processes that are first, one is: all of them get its bytes. The file
    appears whole or not at all and is on the disk before it is used. Its folder is
    made for the owner only.
    """
    if not path.exists():
        with fresh(path, [make()]) as new, suppress(FileExistsError):
            os.link(new, path)  # unless another process was first: its bytes count
    return path.read_bytes()


def retired_files(path: Path) -> list[bytes]:
    """The bytes that ``path`` had before.

    They lie in its folder ``retired``, under names that begin and end as its own does
    (``factors-2026.key``).
    """
    names = (path.parent / RETIRED).glob(f"{path.stem}*{path.suffix}")
    return [name.read_bytes() for name in sorted(names)]
