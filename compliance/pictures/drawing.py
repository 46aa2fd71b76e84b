"""Pictures of a file by its hash: drawn once, kept for a week, drawn again on request.

An administrator may empty the folder at any time.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import BoundedSemaphore
from typing import IO
from zipfile import ZipFile

from django.conf import settings
from django.http import HttpResponse

from compliance.sandbox.process import UnfinishedError, output_from

DRAWS = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp")
"""Media types of which Attest draws pictures."""
MODULE = "compliance.pictures.in_child"
SECONDS = 20
MEMORY_BYTES = 1024 * 2**20
MOST_PAGES = 200
"""The most pages of one file that Attest draws."""
SMALL, LARGE = 320, 1200
"""Pixels across."""
KEPT_SECONDS = 7 * 24 * 3600
AT_ONCE = BoundedSemaphore(2)
"""The most files that this process has drawn at the same time."""
PATIENCE_SECONDS = 20
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class UndrawnError(Exception):
    """There is no picture; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of which there is a picture, and the chapter it stands in."""

    number: int
    chapter: str


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages that were drawn of a file that has ``count`` of them."""

    count: int
    drawn: tuple[Page, ...]

    @property
    def cut(self) -> int:
        """How many more pages the file has."""
        return self.count - len(self.drawn)


Opened = Callable[[], IO[bytes]]
"""Opens the file; only called where nothing is kept."""


def pages_of(sha256: str, media_type: str, opened: Opened) -> Pages:
    """The pages of a file that has the hash. Raises ``UndrawnError``."""
    path = _kept(sha256, media_type, opened, MOST_PAGES)
    with ZipFile(path) as archive:
        return _told(archive)


def kept_pages(sha256: str) -> Pages | None:
    """The same pages if they have been drawn; else None."""
    try:
        with ZipFile(_path(sha256, MOST_PAGES)) as archive:
            return _told(archive)
    except FileNotFoundError:
        return None


def small(sha256: str, media_type: str, number: int, opened: Opened) -> bytes:
    """A page as a small picture (WebP). Raises ``UndrawnError``."""
    path = _kept(sha256, media_type, opened, MOST_PAGES)
    with ZipFile(path) as archive:
        return _page_in(archive, number)


def beginning(sha256: str, media_type: str, opened: Opened) -> bytes:
    """The first page of a file, or a photo, twice as wide. Raises ``UndrawnError``."""
    path = _kept(sha256, media_type, opened, 1)
    with ZipFile(path) as archive:
        return _page_in(archive, 1)


def large(media_type: str, number: int, opened: Opened) -> bytes:
    """A page to read, drawn anew. Raises ``UndrawnError``."""
    with NamedTemporaryFile() as file:
        _draw(media_type, opened, file, (number, number, LARGE))
        with ZipFile(file) as archive:
            return _page_in(archive, number)


def sent(picture: bytes) -> HttpResponse:
    """A picture as a response that no browser keeps."""
    return HttpResponse(picture, content_type="image/webp", headers=HEADERS)


def folder() -> Path:
    """The folder of pictures; made on first use, readable by its owner only."""
    path = Path(settings.DATA_DIR) / "pictures"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _path(sha256: str, most: int) -> Path:
    return folder() / f"{sha256}-{most}.zip"


def _kept(sha256: str, media_type: str, opened: Opened, most: int) -> Path:
    path = _path(sha256, most)
    if not path.is_file():
        _sweep()
        with NamedTemporaryFile(dir=folder(), suffix=".part", delete=False) as file:
            try:
                _draw(media_type, opened, file, (1, most, SMALL))
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink()
                raise
    return path


def _draw(
    media_type: str, opened: Opened, out: IO[bytes], wanted: tuple[int, int, int]
) -> None:
    """Write the ZIP of the child to ``out``."""
    if not AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
        raise UndrawnError("Other pages are being drawn. Try again in a moment.")
    try:
        with (
            opened() as file,
            output_from(
                MODULE,
                [media_type, *map(str, wanted)],
                file,
                seconds=SECONDS,
                memory_bytes=MEMORY_BYTES,
            ) as drawn,
        ):
            while chunk := drawn.read(2**20):
                out.write(chunk)
    except UnfinishedError as error:
        raise UndrawnError(str(error)) from error
    finally:
        AT_ONCE.release()
    out.flush()


def _sweep() -> None:
    """Delete old pictures, and files that a killed process left."""
    before = time.time() - KEPT_SECONDS
    for path in folder().iterdir():
        try:
            if path.stat().st_mtime < before:
                path.unlink()
        except FileNotFoundError:
            continue


def _told(archive: ZipFile) -> Pages:
    said = json.loads(archive.read("pages.json"))
    names = set(archive.namelist())
    chapters = enumerate(said["chapters"], 1)
    drawn = [Page(n, str(name)) for n, name in chapters if f"{n}.webp" in names]
    return Pages(int(said["count"]), tuple(drawn))


def _page_in(archive: ZipFile, number: int) -> bytes:
    try:
        return archive.read(f"{number}.webp")
    except KeyError as error:
        raise UndrawnError("There is no picture of this page.") from error
