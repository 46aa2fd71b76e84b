"""A piece of the report, taken out of the engine's PDF as objects that can be bound.

Works on pydyf's objects by their attributes only; ``pdf.py`` hands them over.
"""

import marshal
import os
import re
import secrets
import zlib
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]

from compliance.proof.press.job import Item, Mark, Piece, Stamp
from compliance.proof.press.tagging import Tags

COUNTED = "0123456789 /"
"""Placeholder for a page number: each character that may be needed."""

POINTS = 0.75
_GLYPHS = re.compile(rb"<([0-9a-f]*)>")


def taken(document: Any, pdf: Any, tags: Tags, *, is_whole: bool) -> Piece:
    """The piece as it stands in the engine's PDF, after ``tags`` completed it.

    The pages of a whole report know their numbers; others are stamped when bound.
    """
    root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
    parents = pdf.objects[_number(root["ParentTree"])]
    top = pdf.objects[_number(root["K"][0])]
    stamps = [] if is_whole else _stamps(document, pdf, tags)
    names = pdf.catalog.get("Names", {}).pop("Dests", {}).get("Names", [])
    apart = {0, pdf.pages.number, pdf.catalog.number}
    apart |= {root.number, parents.number, top.number}
    catalog = {
        key: value
        for key, value in pdf.catalog.items()
        if key not in {"Type", "Pages", "StructTreeRoot", "Outlines"}
    }
    return Piece(
        items=[
            _item(item)
            for item in pdf.objects
            if item.number not in apart and item.reference not in tags.dropped
        ],
        pages_number=pdf.pages.number,
        document_number=top.number,
        pages=list(pdf.pages["Kids"][::3]),
        kids=[_number(kid) for kid in top["K"]],
        parents=[_parent(entry, tags) for entry in parents["Nums"][1::2]],
        targets=[(name.data, target.data) for name, target in zip(names[::2], names[1::2], strict=True)],
        marks=_marks(document),
        stamps=stamps,
        catalog=pydyf.Dictionary(catalog).data[2:-2],
        info=pdf.info.data,
    )


def keep(piece: Piece, path: Path) -> None:
    """Write the piece for ``load``, which is called by our own process only."""
    plain = piece._replace(
        items=[tuple(item) for item in piece.items],  # type: ignore[misc]
        marks=[tuple(mark) for mark in piece.marks],  # type: ignore[misc]
        stamps=[tuple(stamp) for stamp in piece.stamps],  # type: ignore[misc]
    )
    new = path.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}.new")
    new.write_bytes(marshal.dumps(tuple(plain)))
    new.rename(path)  # whole: another machine may lay out the same piece


def load(path: Path) -> Piece:
    """The piece kept under the path."""
    piece = Piece(*marshal.loads(path.read_bytes()))  # noqa: S302 - written by keep
    return piece._replace(
        items=[Item(*item) for item in piece.items],
        marks=[Mark(*mark) for mark in piece.marks],
        stamps=[Stamp(*stamp) for stamp in piece.stamps],
    )


def _number(reference: Any) -> int:
    return int(reference.split()[0])


def _item(item: Any) -> Item:
    if not isinstance(item, pydyf.Stream):
        has_key = "StructParents" in item or "StructParent" in item
        return Item(item.number, item.data, None, has_key)
    content = b"\n".join(pydyf._to_bytes(line) for line in item.stream)
    extra = pydyf.Dictionary(item.extra)
    if "Filter" not in extra and extra.get("Type") != "/Metadata":
        content = zlib.compress(content, 6)
        extra["Filter"] = "/FlateDecode"
    extra["Length"] = len(content)
    return Item(item.number, extra.data, content, has_key=False)


def _parent(entry: Any, tags: Tags) -> bytes:
    """An entry of the parent tree, past the elements that were dropped."""
    if isinstance(entry, list):
        kept = (tags.past_dropped(reference) for reference in entry)
        return pydyf.Array(kept).data  # type: ignore[no-any-return]
    return tags.past_dropped(entry)


def _marks(document: Any) -> list[Mark]:
    return [
        Mark(level, words, number, x * POINTS, (page.height - y) * POINTS)
        for number, page in enumerate(document.pages)
        for level, words, (x, y), _ in page.bookmarks
    ]


def _stamps(document: Any, pdf: Any, tags: Tags) -> list[Stamp]:
    """Cut each page that has a counter in three: before, the number, after."""
    fonts = {font.hash: font for font in document.fonts.values()}
    found = []
    for number, start in tags.counters.items():
        page = pdf.objects[pdf.pages["Kids"][number * 3]]
        stream = pdf.objects[_number(page["Contents"])]
        at = _drawn(stream.stream, start)
        place, after = pydyf.Stream(), pydyf.Stream(stream.stream[at + 3 :])
        pdf.add_object(place)
        pdf.add_object(after)
        page["Contents"] = pydyf.Array([stream.reference, place.reference, after.reference])
        drawn = stream.stream[at : at + 3]
        stream.stream = stream.stream[:at]
        found.append(_stamp(place.number, number, drawn, fonts))
    return found


def _stamp(place: int, page: int, drawn: list[bytes], fonts: Any) -> Stamp:
    matrix, font, shown = drawn
    x, y = (float(word) for word in matrix.split()[4:6])
    name, size = font.split()[:2]
    hexes = b"".join(_GLYPHS.findall(shown)).decode()
    glyphs = [hexes[i : i + 4] for i in range(0, len(hexes), 4)]
    known = fonts[name[1:].decode()].widths
    widths = [known[int(glyph, 16)] * float(size) / 1000 for glyph in glyphs]
    return Stamp(
        number=place,
        page=page,
        font=font,
        right=x + sum(widths),
        baseline=y,
        glyphs=dict(zip(COUNTED, glyphs, strict=True)),
        widths=dict(zip(COUNTED, widths, strict=True)),
    )


def _drawn(lines: list[Any], start: int) -> int:
    """Where matrix, font and text of a counter stand in the stream of its page."""
    at = next(i for i in range(start, len(lines)) if _ends(lines[i], b" Tm"))
    if not _ends(lines[at + 1], b" Tf") or not _ends(lines[at + 2], b" TJ"):
        msg = "the engine writes the number of a page in another way"
        raise RuntimeError(msg)
    return at


def _ends(line: Any, word: bytes) -> bool:
    return isinstance(line, bytes) and line.endswith(word)
