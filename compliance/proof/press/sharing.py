"""Pieces of one file that several processes lay out, on this machine or on others.

All of it lies in the folder of the pieces, which each of them reaches: a claim of a piece,
made by whoever was first; its result; and a sign of life of each process. Ages are
differences of times that the file system of the folder wrote, so that clocks may differ.
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

MAKER = "maker"
"""The process that binds the file. It takes over what others do not end."""
LIVES_SECONDS, PIECE_SECONDS = 15.0, 120.0
"""Age of the last sign of someone who lives; and of the claim of a piece that gets stuck."""


class Desk:
    """The pieces as one process sees them, by its ``name``."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name

    def live(self) -> float:
        """Give a sign of life, and the time of the folder's clock.

        Raises ``FileNotFoundError`` once the folder is gone.
        """
        with self._sign(self.name).open("ab") as sign:
            os.utime(sign.fileno())
            return os.fstat(sign.fileno()).st_mtime

    def lives(self, name: str) -> bool:
        """Whether another process gave a sign lately, by the clock of the folder."""
        return self._age(self._sign(name)) < LIVES_SECONDS

    def take(self, number: int) -> bool:
        """Whether this process is to lay out a piece that nobody has laid out."""
        claim = self._claim(number)
        with suppress(FileExistsError), claim.open("x") as file:
            file.write(self.name)
            return True
        if self.name != MAKER or self.result(number) is not None:
            return False
        holder = claim.read_text()
        if holder and holder != MAKER and self._is_busy(holder, claim):
            return False
        claim.write_text(MAKER)
        return True

    def has_free(self, count: int) -> bool:
        """Whether one of so many pieces, the front left out, is nobody's yet."""
        claims = map(self._claim, range(1, count))
        return self.folder.is_dir() and not all(claim.exists() for claim in claims)

    def piece(self, number: int) -> Path:
        """Where a piece is kept once it is laid out."""
        return self.folder / f"{number}.piece"

    def put_result(self, number: int, result: dict[str, Any]) -> None:
        """A piece is laid out and kept: whole, before anybody hears of it."""
        new = self.folder / f"{number}.{self.name}.new"
        new.write_text(json.dumps([_hash(self.piece(number)), result]))
        new.rename(self._result(number))

    def result(self, number: int) -> dict[str, Any] | None:
        """The result put for a piece, by whomever; None while it is not there as it was kept.

        A machine that fails may leave less of a file than it wrote.
        """
        with suppress(FileNotFoundError, ValueError, TypeError):
            kept, found = json.loads(self._result(number).read_bytes())
            if kept == _hash(self.piece(number)) and "pages" in found:
                return dict(found)
        return None

    def _is_busy(self, holder: str, claim: Path) -> bool:
        return self.lives(holder) and self._age(claim) < PIECE_SECONDS

    def _age(self, path: Path) -> float:
        """Seconds since a file was written, measured by one that is written now.

        It is opened: a shared folder may show an older time to whoever only looks.
        """
        now = self.live()
        with suppress(FileNotFoundError), path.open("rb") as file:
            return now - os.fstat(file.fileno()).st_mtime
        return float("inf")

    def _claim(self, number: int) -> Path:
        return self.folder / f"{number}.claim"

    def _result(self, number: int) -> Path:
        return self.folder / f"{number}.result"

    def _sign(self, name: str) -> Path:
        return self.folder / f"{name}.sign"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
