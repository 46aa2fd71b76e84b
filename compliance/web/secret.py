"""Secrets that are made once and kept beside the data, readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from compliance.web.folders import flush


def kept_secret(path: Path) -> str:
    """The secret in ``path``; made on first use, whole or not at all."""
    return kept_file(path, lambda: secrets.token_urlsafe(64).encode()).decode()


def kept_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The bytes in ``path``; what ``make`` gives is kept there on first use.

    Of several processes that are first, one is: all of them get its bytes. The file
    appears whole or not at all and is on the disk before it is used. Its folder is
    made for the owner only.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        data = make()
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first: its bytes count
        finally:
            fresh.unlink()
        flush(path.parent)  # the new name, too
    return path.read_bytes()
