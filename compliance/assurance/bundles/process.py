"""Reading a bundle in a process that can be killed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO
from zipfile import ZipFile

from compliance.assurance.bundles import integrity, layout
from compliance.content.formats.findings import clipped
from compliance.ground.sandbox.process import UnfinishedError, output_from

MODULE = "compliance.assurance.bundles.parsing"
CHUNK = 1024 * 1024


class UnreadableError(ValueError):
    """A file cannot be imported; the text says which part and why."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose every part was counted and hashed.

    ``digest`` is the hash of its list of hashes, ``sheets`` the editions in the order of
    the rows, ``trails`` the heads of its trails, oldest first.
    """

    head: dict[str, Any]
    digest: str
    rows: dict[str, Any]
    sheets: list[dict[str, Any]]
    trails: list[dict[str, Any]]
    archive: ZipFile
    output: IO[bytes]
    events_at: int

    def events(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The number of its trail, from 1, and each event in order."""
        self.output.seek(self.events_at)
        for line in self.output:
            number, event = json.loads(line)
            yield number, event

    def text(self, name: str) -> str:
        """A part that is text."""
        return self.archive.read(name).decode()

    def file(self, sha256: str) -> IO[bytes]:
        """A file of the evidence, open."""
        return self.archive.open(f"{layout.EVIDENCE}{sha256}")

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The same in pieces."""
        with self.file(sha256) as part:
            while chunk := part.read(CHUNK):
                yield chunk


@contextmanager
def opened(file: BinaryIO) -> Iterator[Bundle]:
    """The bundle in an open file, once its rows say what its trail says.

    Raises ``UnreadableError``.
    """
    limits = {"seconds": layout.SECONDS, "memory_bytes": layout.MEMORY_BYTES}
    try:
        with output_from(MODULE, [], file, **limits) as output:
            said = json.loads(output.readline())
            if "fault" not in said:
                events_at = output.tell()
                _refuse_fault(output)
                with ZipFile(file) as archive:
                    bundle = Bundle(**said, archive=archive, output=output, events_at=events_at)
                    if forged := integrity.unlike(bundle):
                        raise UnreadableError(clipped(forged, layout.MOST_WORDS))
                    yield bundle
                return
            raise UnreadableError(clipped(said["fault"], layout.MOST_WORDS))
    except UnfinishedError as error:
        raise UnreadableError(str(error)) from error


def _refuse_fault(output: IO[bytes]) -> None:
    """Raise the fault of an event: it may come after the description of the bundle."""
    for line in output:
        if line.startswith(b'{"fault"'):
            raise UnreadableError(clipped(json.loads(line)["fault"], layout.MOST_WORDS))
