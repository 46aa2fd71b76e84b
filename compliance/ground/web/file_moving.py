"""Moving files between the data folder and a bucket, each proven by the hash in its name."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path

from django.conf import settings

from compliance.ground.web import file_store
from compliance.ground.web.folders import fresh

PATTERNS = {"files": ("*/[0-9a-f][0-9a-f]/*", "*/uploads/*/*")}
"""Evidence, and pieces of files that programs are still sending: an upload goes on there."""
OTHERS = ("[0-9a-f]" * 64 + ".*",)


class Moving:
    """Copies what lies at ``source``, an address or "" for the disk, to the store in use.

    A second run goes on where the first one ended. Files that are there already
    are read and compared as well. Raises ``AwayError``, and ``OSError`` for the disk.
    """

    def __init__(self, source: str, *, removes: bool = False) -> None:
        self.source, self.removes = source, removes
        self.count: Counter[str] = Counter()
        """How many were ``copied``, ``there`` before, and ``removed`` from the source."""
        self.damaged: list[str] = []
        """Files that have other bytes than their name says: left where they are."""

    def run(self) -> Iterator[Path]:
        """Each file of the source, once it is dealt with."""
        for first, root in file_store.roots().items():
            for pattern in PATTERNS.get(first, OTHERS):
                for path in file_store.older(root, pattern, float("inf"), self.source):
                    self._move(path)
                    yield path

    def _move(self, path: Path) -> None:
        if self._is_proven(path):
            self.count["there"] += 1
        elif self._copy(path):
            self.count["copied"] += 1
        else:
            return
        if self.removes:
            file_store.delete([path], self.source)
            self.count["removed"] += 1

    def _copy(self, path: Path) -> bool:
        """Whether the file is now there, read back and compared."""
        chunks = file_store.chunks(path, self.source)
        with ExitStack() as stack:
            try:
                near = Path(settings.DATA_DIR) / path.name
                copy = stack.enter_context(fresh(near, chunks))
            except FileNotFoundError:  # swept in this moment
                return False
            if not _is_named_right(copy.open("rb"), path):
                self.damaged.append(str(path))
                return False
            file_store.put(copy, path, replaces=True)
        if not self._is_proven(path):
            self.damaged.append(str(path))
            return False
        return True

    def _is_proven(self, path: Path) -> bool:
        """Whether the store in use gives the bytes that the name says."""
        try:
            return _is_named_right(file_store.opened(path), path)
        except FileNotFoundError:
            return False


def _is_named_right(file: BufferedReader, path: Path) -> bool:
    """Whether a file, which is closed at the end, has the hash of its name.

    Behind the hash may be an ending; before the hash of a piece is a name of its own.
    """
    with file:
        digest = hashlib.file_digest(file, "sha256")
    return path.name.rpartition("-")[2].startswith(digest.hexdigest())
