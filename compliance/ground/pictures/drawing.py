"""Pictures of a file by its hash: drawn once, kept for a week, drawn again on request.

The folder may be emptied at any time. A file that takes too much to draw is remembered for
some hours, so that nobody has it tried on every view.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import BoundedSemaphore
from typing import IO
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.http import Http404, HttpResponse

from compliance.ground.sandbox.process import UnfinishedError, output_from
from compliance.ground.web.downloads import DOWNLOAD_HEADERS

DRAWS = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp")
"""Media types of which there are pictures."""
MODULE = "compliance.ground.pictures.in_child"
SECONDS = 20
MEMORY_BYTES = 1024 * 2**20
MOST_PAGES = 200
"""Pages of one file that are drawn."""
SMALL, LARGE = 320, 1200
"""Pixels across."""
KEPT_SECONDS = 7 * 24 * 3600
FAILED_SECONDS = 6 * 3600
"""How long a file that takes too much is not tried again."""
AT_ONCE = BoundedSemaphore(2)
"""Files that this process has drawn at the same time; nobody waits for a turn."""
_DAMAGED = (BadZipFile, KeyError, ValueError, EOFError, RuntimeError)
"""Errors of a kept file that a power cut left by half."""


class UndrawnError(Exception):
    """There is no picture; the text says why, for a person."""


class BusyError(UndrawnError):
    """There is none yet: others are being drawn."""

    def __init__(self) -> None:
        super().__init__("Other pages are being drawn. Try again in a moment.")


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
    wanted = _Wanted(sha256, media_type, 1, MOST_PAGES, SMALL)
    return wanted.read(opened, _pages)


def kept_pages(sha256: str) -> Pages | None:
    """The same where they have been drawn; None where they have not."""
    wanted = _Wanted(sha256, "", 1, MOST_PAGES, SMALL)
    with suppress(UndrawnError, FileNotFoundError):
        return wanted.kept(_pages)
    return None


def is_begun(sha256: str) -> bool:
    """Whether there is a picture of the beginning already; draws nothing."""
    wanted = _Wanted(sha256, "", 1, 1, SMALL)
    with suppress(UndrawnError, FileNotFoundError):
        return wanted.kept(_has_first)
    return False


def small(sha256: str, media_type: str, number: int, opened: Opened) -> bytes:
    """A page as a small picture (WebP). Raises ``UndrawnError``."""
    wanted = _Wanted(sha256, media_type, 1, MOST_PAGES, SMALL)
    return wanted.read(opened, partial(_page_in, number=number))


def beginning(sha256: str, media_type: str, opened: Opened) -> bytes:
    """The first page of a file, or a photo, twice as wide. Raises ``UndrawnError``."""
    wanted = _Wanted(sha256, media_type, 1, 1, SMALL)
    return wanted.read(opened, partial(_page_in, number=1))


def large(sha256: str, media_type: str, number: int, opened: Opened) -> bytes:
    """A page to read. Raises ``UndrawnError``."""
    wanted = _Wanted(sha256, media_type, number, number, LARGE)
    return wanted.read(opened, partial(_page_in, number=number))


def of_file(sha256: str) -> Iterator[Path]:
    """All that is kept of a file with that hash."""
    return folder().glob(f"{sha256}-*.zip")


def sent(picture: bytes) -> HttpResponse:
    """A picture as a response that no browser keeps."""
    return HttpResponse(picture, content_type="image/webp", headers=DOWNLOAD_HEADERS)


def unsent(error: Exception) -> HttpResponse:
    """The response instead: 404, or 503 where there may be a picture in a moment."""
    if not isinstance(error, BusyError):
        raise Http404 from error
    return HttpResponse(status=503, headers=DOWNLOAD_HEADERS | {"Retry-After": "2"})


def folder() -> Path:
    """Where pictures lie; made on first use, for its owner only."""
    path = Path(settings.DATA_DIR) / "pictures"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Pages of a file, in a width."""

    sha256: str
    media_type: str
    first: int
    last: int
    width: int

    @property
    def _path(self) -> Path:
        return folder() / f"{self.sha256}-{self.first}-{self.last}-{self.width}.zip"

    def read[T](self, opened: Opened, of: Callable[[ZipFile], T]) -> T:
        """Something of what is kept; drawn now where it is not."""
        try:
            return self.kept(of)
        except FileNotFoundError:
            sweep()
            self._keep(opened)
        try:
            return self.kept(of)
        except FileNotFoundError as error:  # taken away in this moment
            raise BusyError from error

    def kept[T](self, of: Callable[[ZipFile], T]) -> T:
        """The same, drawn or ``FileNotFoundError``. One that is damaged goes."""
        if _is_over(self._path):
            raise FileNotFoundError
        try:
            with ZipFile(self._path) as archive:
                if problem := archive.comment:
                    raise UndrawnError(problem.decode())
                return of(archive)
        except _DAMAGED as error:
            self._path.unlink(missing_ok=True)
            raise FileNotFoundError from error

    def _keep(self, opened: Opened) -> None:
        """Draw the pages, or keep the reason why they cannot be."""
        with NamedTemporaryFile(dir=folder(), suffix=".part", delete=False) as file:
            try:
                try:
                    self._draw(opened, file)
                except UnfinishedError as error:
                    _write_failed(file, str(error))
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, self._path)
            except BaseException:
                Path(file.name).unlink()
                raise

    def _draw(self, opened: Opened, out: IO[bytes]) -> None:
        """Write the ZIP of the child to ``out``."""
        if not AT_ONCE.acquire(blocking=False):
            raise BusyError
        said = map(str, (self.media_type, self.first, self.last, self.width))
        try:
            with (
                opened() as file,
                output_from(MODULE, [*said], file, seconds=SECONDS, memory_bytes=MEMORY_BYTES) as drawn,
            ):
                shutil.copyfileobj(drawn, out)
        finally:
            AT_ONCE.release()


def _write_failed(out: IO[bytes], problem: str) -> None:
    """A ZIP without pictures whose comment is the reason; it goes after some hours."""
    out.truncate(0)
    out.seek(0)
    with ZipFile(out, "w") as archive:
        archive.comment = problem.encode()
    out.flush()
    gone = time.time() - KEPT_SECONDS + FAILED_SECONDS
    os.utime(out.fileno(), (gone, gone))


def sweep() -> int:
    """Take away what was drawn a while ago, and what a killed process left; how many."""
    over = [path for path in folder().iterdir() if _is_over(path)]
    for path in over:
        path.unlink(missing_ok=True)
    return len(over)


def _is_over(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - KEPT_SECONDS
    except FileNotFoundError:
        return False


def _pages(archive: ZipFile) -> Pages:
    said = json.loads(archive.read("pages.json"))
    names = set(archive.namelist())
    chapters = enumerate(said["chapters"], 1)
    drawn = [Page(n, str(name)) for n, name in chapters if f"{n}.webp" in names]
    return Pages(int(said["count"]), tuple(drawn))


def _has_first(archive: ZipFile) -> bool:
    return "1.webp" in archive.namelist()


def _page_in(archive: ZipFile, number: int) -> bytes:
    try:
        return archive.read(f"{number}.webp")
    except KeyError as error:
        raise UndrawnError("There is no picture of this page.") from error
