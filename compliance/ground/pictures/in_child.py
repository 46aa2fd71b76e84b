"""Pages of a PDF, or a photo, as small pictures, in a process of its own (``sandbox/child.py``).

It reads the file from standard input and writes a ZIP to standard output: the pictures as
``1.webp`` and so on, and ``pages.json`` with the number of all pages and the chapter of each.
A file that cannot be drawn gives a ZIP without pictures.
"""

import io
import json
import sys
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from zipfile import ZIP_STORED, ZipFile

import pypdfium2
from PIL import (
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from compliance.ground.pictures.greys import in_bytes

PDF = "application/pdf"
FORMATS = (
    PngImagePlugin.PngImageFile.format,
    JpegImagePlugin.JpegImageFile.format,
    GifImagePlugin.GifImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
"""Loaded here: Pillow would load all that it knows, and leave out any that finds no room."""
MOST_PIXELS = 64_000_000
"""The most pixels of a photo that Attest decodes."""
TALLEST = 3
"""The most that a picture is higher than wide: a longer page is drawn smaller."""
LARGE = 600
"""The width in pixels from which all pages are equally wide: they are for reading."""
MOST_CHAPTERS = 500
MOST_LETTERS = 80
QUALITY = 72


def main(arguments: list[str]) -> None:
    """Draw the pages from ``first`` to ``last`` in a width: media type, first, last, width."""
    kind, first, last, width = arguments[0], *map(int, arguments[1:4])
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    content, out = sys.stdin.buffer.read(), io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        try:
            if kind == PDF:
                _pages(content, archive, first, last, width)
            else:
                _photo(content, archive, width)
        except (
            pypdfium2.PdfiumError,
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            Warning,
        ):
            archive.writestr("pages.json", json.dumps({"count": 0, "chapters": []}))
    sys.stdout.buffer.write(out.getvalue())


def _pages(content: bytes, archive: ZipFile, first: int, last: int, width: int) -> None:
    with pypdfium2.PdfDocument(content) as document:
        count = len(document)
        for number in range(first, min(last, count) + 1):
            # the first page stands for the whole, so it is drawn twice as wide
            wide = width * 2 if number == 1 and width < LARGE else width
            archive.writestr(f"{number}.webp", _drawn(document[number - 1], wide))
        chapters = _chapters(document, count)
        archive.writestr("pages.json", json.dumps({"count": count, "chapters": chapters}))


def _drawn(page: pypdfium2.PdfPage, width: int) -> bytes:
    across, down = page.get_size()
    if min(across, down) <= 0:
        raise ValueError("a page without a size")
    scale = min(width / across, TALLEST * width / down)
    picture = page.render(scale=scale, may_draw_forms=False).to_pil()
    return _written(picture)


def _chapters(document: pypdfium2.PdfDocument, count: int) -> list[str]:
    """For each page the bookmark of the first level that it stands under."""
    starts = list(islice(_starts(document), MOST_CHAPTERS))
    starts.sort(key=lambda one: one[0])
    pages = [page for page, _ in starts]
    found = (bisect_right(pages, page) for page in range(count))
    return [starts[at - 1][1] if at else "" for at in found]


def _starts(document: pypdfium2.PdfDocument) -> Iterator[tuple[int, str]]:
    for mark in document.get_toc(max_depth=1):
        to = mark.get_dest()
        page = to.get_index() if to else None
        if page is not None:
            yield page, " ".join(mark.get_title().split())[:MOST_LETTERS]


def _photo(content: bytes, archive: ZipFile, width: int) -> None:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (width * 4, width * 4))  # a JPEG is decoded smaller
        upright = in_bytes(ImageOps.exif_transpose(picture)).convert("RGBA")
    upright.thumbnail((width * 2, width * 2 * TALLEST))
    page = Image.new("RGB", upright.size, "white")
    page.paste(upright, mask=upright.getchannel("A"))
    archive.writestr("1.webp", _written(page))
    archive.writestr("pages.json", json.dumps({"count": 1, "chapters": [""]}))


def _written(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()
