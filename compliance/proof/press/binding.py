"""Pieces bound to one PDF: object by object, so that memory depends on no whole.

Every reference is renumbered as it is written; objects go into compressed object
streams, equal streams (fonts, the colour profile) are written once. The same pieces
give the same bytes. ISO 32000-1, 7.5.7 and 7.5.8.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable
from itertools import batched
from typing import IO

from compliance.proof.press.job import Item, Mark, Piece, Stamp

TOGETHER = 200
"""Objects in one object stream, and entries in one leaf of a tree."""

CATALOG, PAGES, ROOT, DOCUMENT, PARENTS, INFO, FREE = 1, 2, 3, 4, 5, 6, 7
_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*\)|<[0-9a-f]*>|\b(\d+) 0 R\b", re.DOTALL)
_KEY = re.compile(rb"/StructParents? (\d+)")


class Binder:
    """Writes a PDF: the front first, then the other pieces, then ``finish``."""

    def __init__(self, file: IO[bytes], total: int) -> None:
        self.file, self.total = file, total
        self.hash = hashlib.md5(usedforsecurity=False)
        self.offset = 0
        self.places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}
        self.free = FREE
        self.waiting: list[tuple[int, bytes]] = []
        self.known: dict[bytes, int] = {}
        self.pages: list[int] = []
        self.kids: list[int] = []
        self.leaves: list[tuple[int, int, int]] = []
        self.keys = 0
        self.targets: dict[bytes, bytes] = {}
        self.marks: list[tuple[Mark, int]] = []
        self.catalog = self.info = b""
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add(self, piece: Piece) -> None:
        """Write the objects of a piece; the first one is the front."""
        numbers = {piece.pages_number: PAGES, piece.document_number: DOCUMENT}
        numbers |= self._known(piece)
        for item in piece.items:
            if item.number not in numbers:
                numbers[item.number] = self._next()
        later = {stamp.number for stamp in piece.stamps}
        for item in piece.items:
            if numbers[item.number] not in self.places and item.number not in later:
                self._add(item, numbers)
        if not self.pages:
            self.catalog = self._renumbered(piece.catalog, numbers)
            self.info = piece.info
        for stamp in piece.stamps:
            page = len(self.pages) + stamp.page + 1
            text = f"{page} / {self.total}"
            self._stream(numbers[stamp.number], b"<<", _stamped(stamp, text))
        for name, target in piece.targets:
            self.targets.setdefault(name, self._renumbered(target, numbers))
        pages = [numbers[page] for page in piece.pages]
        self.marks += [(mark, pages[mark.page]) for mark in piece.marks]
        self.pages += pages
        self.kids += [numbers[kid] for kid in piece.kids]
        self._add_parents(piece.parents, numbers)

    def finish(self) -> int:
        """Write what holds the pieces together; how many pages there are."""
        kids = _references(self.pages)
        self._object(PAGES, b"<</Type /Pages/Kids [%b]/Count %d>>" % (kids, len(self.pages)))
        root = b"<</Type /StructTreeRoot/K [%d 0 R]/ParentTree %d 0 R" % (
            DOCUMENT,
            PARENTS,
        )
        self._object(ROOT, root + b"/ParentTreeNextKey %d>>" % self.keys)
        self._object(
            DOCUMENT,
            b"<</Type /StructElem/S /Document/P %d 0 R/K [%b]>>" % (ROOT, _references(self.kids)),
        )
        leaves = _references(number for number, _, _ in self.leaves)
        self._object(PARENTS, b"<</Kids [%b]>>" % leaves)
        self._object(INFO, self.info)
        self._finish_catalog()
        self._flush()
        self._finish_table()
        return len(self.pages)

    def _known(self, piece: Piece) -> dict[int, int]:
        """Numbers of streams that another piece has brought already."""
        found = {}
        for item in piece.items:
            if item.stream and len(item.stream) > TOGETHER and b" 0 R" not in item.data:
                key = hashlib.sha256(item.data + item.stream).digest()
                if key in self.known:
                    found[item.number] = self.known[key]
                else:
                    found[item.number] = self.known[key] = self._next()
        return found

    def _add(self, item: Item, numbers: dict[int, int]) -> None:
        data = self._renumbered(item.data, numbers)
        if item.has_key:
            data = _KEY.sub(self._key, data)
        if item.stream is None:
            self._object(numbers[item.number], data)
        else:
            self._stream(numbers[item.number], data, item.stream)

    def _key(self, match: re.Match[bytes]) -> bytes:
        name = match[0].split()[0]
        return b"%b %d" % (name, int(match[1]) + self.keys)

    def _add_parents(self, parents: list[bytes], numbers: dict[int, int]) -> None:
        first = self.keys
        entries = [
            b"%d %b" % (first + i, self._renumbered(entry, numbers)) for i, entry in enumerate(parents)
        ]
        for some in batched(entries, TOGETHER):
            last = self.keys + len(some) - 1
            leaf = self._next()
            self._object(
                leaf,
                b"<</Limits [%d %d]/Nums [%b]>>" % (self.keys, last, b" ".join(some)),
            )
            self.leaves.append((leaf, self.keys, last))
            self.keys = last + 1

    def _renumbered(self, data: bytes, numbers: dict[int, int]) -> bytes:
        def new(match: re.Match[bytes]) -> bytes:
            if match[1] is None:
                return match[0]
            return b"%d 0 R" % numbers[int(match[1])]

        return _REFERENCE.sub(new, data)

    def _finish_catalog(self) -> None:
        leaves = []
        for some in batched(sorted(self.targets.items()), TOGETHER):
            leaf = self._next()
            names = b" ".join(b"%b %b" % entry for entry in some)
            limits = b"%b %b" % (some[0][0], some[-1][0])
            self._object(leaf, b"<</Limits [%b]/Names [%b]>>" % (limits, names))
            leaves.append(leaf)
        targets = b"/Dests <</Kids [%b]>>" % _references(leaves) if leaves else b""
        catalog = self.catalog
        if b"/Names <<" in catalog:
            catalog = catalog.replace(b"/Names <<", b"/Names <<" + targets, 1)
        elif targets:
            catalog += b"/Names <<%b>>" % targets
        self._object(
            CATALOG,
            b"<</Type /Catalog/Pages %d 0 R/StructTreeRoot %d 0 R" % (PAGES, ROOT)
            + b"/Outlines %d 0 R/PageMode /UseOutlines" % self._outline()
            + b"/PageLabels <</Nums [0 <</S /D>>]>>"
            + catalog
            + b">>",
        )

    def _outline(self) -> int:
        """Bookmarks as a tree, all of them open; the number of its root."""
        root = self._next()
        numbers = [self._next() for _ in self.marks]
        below: dict[int, list[int]] = {root: []}
        above: list[tuple[int, int]] = [(0, root)]
        parents = []
        for (mark, _), number in zip(self.marks, numbers, strict=True):
            while above[-1][0] >= mark.level:
                above.pop()
            parents.append(above[-1][1])
            below[above[-1][1]].append(number)
            below[number] = []
            above.append((mark.level, number))
        counts = dict.fromkeys(below, 0)
        for number, parent in zip(reversed(numbers), reversed(parents), strict=True):
            counts[parent] += 1 + counts[number]
        rows = zip(self.marks, numbers, parents, strict=True)
        for (mark, page), number, parent in rows:
            beside = below[parent]
            at = beside.index(number)
            data = b"<</Title %b/Parent %d 0 R" % (_words(mark.words), parent)
            data += b"/Dest [%d 0 R /XYZ %.6g %.6g 0]" % (page, mark.x, mark.y)
            if at:
                data += b"/Prev %d 0 R" % beside[at - 1]
            if at + 1 < len(beside):
                data += b"/Next %d 0 R" % beside[at + 1]
            self._object(number, data + _inner(below[number], counts[number]) + b">>")
        self._object(root, b"<</Type /Outlines" + _inner(below[root], counts[root]) + b">>")
        return root

    def _next(self) -> int:
        self.free += 1
        return self.free - 1

    def _object(self, number: int, data: bytes) -> None:
        self.waiting.append((number, data))
        self.places[number] = (2, 0, 0)
        if len(self.waiting) == TOGETHER:
            self._flush()

    def _flush(self) -> None:
        if not self.waiting:
            return
        stream, index, size = self._next(), [], 0
        for at, (number, data) in enumerate(self.waiting):
            self.places[number] = (2, stream, at)
            index.append(f"{number} {size}")
            size += len(data) + 1
        head = " ".join(index).encode() + b"\n"
        body = zlib.compress(head + b"\n".join(data for _, data in self.waiting), 6)
        extra = b"<</Type /ObjStm/N %d/First %d/Filter /FlateDecode/Length %d>>" % (
            len(self.waiting),
            len(head),
            len(body),
        )
        self.waiting = []
        self._stream(stream, extra, body)

    def _stream(self, number: int, extra: bytes, content: bytes) -> None:
        if extra == b"<<":
            extra += b"/Length %d>>" % len(content)
        self.places[number] = (1, self.offset, 0)
        self._write(b"%d 0 obj\n%b\nstream\n" % (number, extra))
        self._write(content)
        self._write(b"\nendstream\nendobj\n")

    def _finish_table(self) -> None:
        number, start = self._next(), self.offset
        self.places[number] = (1, start, 0)
        rows = b"".join(
            kind.to_bytes(1) + place.to_bytes(5) + at.to_bytes(2)
            for kind, place, at in (self.places[i] for i in range(self.free))
        )
        content = zlib.compress(rows, 6)
        identifier = self.hash.hexdigest().encode()
        extra = b"<</Type /XRef/W [1 5 2]/Size %d/Root %d 0 R/Info %d 0 R" % (
            self.free,
            CATALOG,
            INFO,
        )
        extra += b"/ID [<%b> <%b>]/Filter /FlateDecode/Length %d>>" % (
            identifier,
            identifier,
            len(content),
        )
        self._stream(number, extra, content)
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _write(self, data: bytes) -> None:
        self.file.write(data)
        self.hash.update(data)
        self.offset += len(data)


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _inner(below: list[int], count: int) -> bytes:
    if not below:
        return b""
    return b"/First %d 0 R/Last %d 0 R/Count %d" % (below[0], below[-1], count)


def _words(text: str) -> bytes:
    return b"<feff%b>" % text.encode("utf-16-be").hex().encode()


def _stamped(stamp: Stamp, text: str) -> bytes:
    """The number of a page, flush right, between the operators of its stream."""
    left = stamp.right - sum(stamp.widths[character] for character in text)
    glyphs = "".join(stamp.glyphs[character] for character in text)
    matrix = f"1 0 0 -1 {left:.6f} {stamp.baseline:.6f} Tm"
    return b"%b\n%b\n[<%b>] TJ" % (matrix.encode(), stamp.font, glyphs.encode())
