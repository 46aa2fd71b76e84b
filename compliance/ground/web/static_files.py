"""Styles, scripts, fonts and pictures, at an address that changes with their content.

The address names the content of all files together, ``/static/1f0c9a3e/js/keys.js``, so
that a browser keeps them for good and imports between scripts stay as they are written.
A page that stood open while the program was upgraded still asks by the old name; it gets
the file of today, and no browser keeps that.
"""

from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

MARK = 8
"""Letters of the name of all files."""
SHEET = "css/all.css"
"""The one style sheet of most pages: ``PARTS`` in their order."""
PARTS = (
    *("fonts", "tokens", "base", "layout", "controls", "workspace", "editor", "pages"),
    "print",
)


def _files() -> Iterator[tuple[str, Path]]:
    for finder in finders.get_finders():
        for name, storage in finder.list(None):
            yield name, Path(storage.path(name))


@cache
def mark() -> str:
    """The name of all files as they were when this process first asked."""
    digest = sha256()
    for name, path in sorted(_files()):
        digest.update(name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:MARK]


def sheet() -> bytes:
    """The style sheets of ``PARTS`` as one."""
    folder = settings.BASE_DIR / "static" / "css"
    return b"".join((folder / f"{part}.css").read_bytes() for part in PARTS)


@cache
def _kept_sheet() -> bytes:
    """The same, as it was when this process was first asked for it."""
    return sheet()


def _may_change() -> bool:
    """Whether files are read afresh for each request, as by someone who writes them."""
    return bool(getattr(settings, "WHITENOISE_AUTOREFRESH", settings.DEBUG))


class Storage(StaticFilesStorage):
    """Addresses that name the content of the files, unless it may change."""

    def url(self, name: str | None) -> str:
        return super().url(name if _may_change() else f"{mark()}/{name}")


class StaticMiddleware(WhiteNoiseMiddleware):
    """Serves the files by that address, and by the plain one."""

    get_response: Callable[[HttpRequest], HttpResponse]

    # a middleware is called otherwise than the door for WSGI that it descends from
    def __call__(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        path = request.path_info
        if not path.startswith(self.static_prefix):
            return self.get_response(request)
        name, is_kept = self._named(path.removeprefix(self.static_prefix))
        response = self._reply(request, name)
        if is_kept and response.status_code < 400:
            response.headers["Cache-Control"] = f"max-age={self.FOREVER}, public, immutable"
        return response

    def _named(self, path: str) -> tuple[str, bool]:
        """A file's own name, and whether the address names its content."""
        first, _, rest = path.partition("/")
        is_marked = len(first) == MARK and set(first) <= set("0123456789abcdef")
        if not (is_marked and rest):
            return path, False
        return rest, first == mark() and not _may_change()

    def _reply(self, request: HttpRequest, name: str) -> HttpResponse:
        response: HttpResponse
        if name == SHEET:
            content = sheet() if _may_change() else _kept_sheet()
            response = HttpResponse(content, content_type="text/css; charset=utf-8")
            response.headers["Cache-Control"] = f"max-age={self.max_age}, public"
            return response
        address = f"{self.static_prefix}{name}"
        find = self.find_file if self.autorefresh else self.files.get
        if (found := find(address)) is None:
            return self.get_response(request)
        response = self.serve(found, request)  # type: ignore[no-untyped-call]
        return response
