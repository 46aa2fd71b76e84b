"""Messages between the processes that make the file."""

import errno
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypedDict

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
NO_ROOM = (
    "The disk is full: there is no space for the file, so it was not stored. The"
    " administrator of this installation has to free space; then ask for it again."
)


@dataclass(frozen=True)
class Limits:
    """The most that one file may take: seconds by the clock, bytes for each process."""

    seconds: int
    memory_bytes: int


class Attachment(TypedDict):
    """A file to embed: "Source" is what the pages were made from, "Data" a form of it."""

    name: str
    mime: str
    relationship: Literal["Source", "Data"]
    description: str
    path: str


class Job(TypedDict):
    """Paths of the pieces in order, the files to embed, where to write, the limits.

    ``own`` is a folder for what only this process needs. ``name`` is who it is among those
    that share the pieces: ``sharing.MAKER`` writes the file, any other lays out pieces.
    ``turn`` is for how many seconds a helper takes pieces, one for each process at least.
    ``likely_pages`` is the number of pages of one like it, 0 where none is known.
    ``fonts`` is the folder of fonts that were unpacked before.
    """

    pieces: list[str]
    css: str
    own: str
    name: str
    fonts: str
    path: str
    attachments: list[Attachment]
    bytes: int
    seconds: int
    workers: int
    turn: float
    likely_pages: int


class Made(NamedTuple):
    """A file: its pages, and scripts to how many of their characters it could not print."""

    pages: int
    unprinted: dict[str, int]


class Item(NamedTuple):
    """An object of a PDF: what it says, and the bytes of its stream if it is one."""

    number: int
    data: bytes
    stream: bytes | None
    has_key: bool
    """Whether it carries a key of the parent tree (``StructParent``)."""


class Mark(NamedTuple):
    """A page as bookmarks name it: level, words, page of the piece, place in points."""

    level: int
    words: str
    page: int
    x: float
    y: float


class Stamp(NamedTuple):
    """Where a page says its number: the stream that does so, in the page's own font.

    ``glyphs`` and ``widths`` are those of each character that may be needed.
    """

    number: int
    page: int
    font: bytes
    right: float
    baseline: float
    glyphs: dict[str, str]
    widths: dict[str, float]


class Piece(NamedTuple):
    """A part of the report, laid out: objects under numbers of its own.

    ``kids`` are the elements below the document, ``parents`` the entries of the parent
    tree, by key. ``catalog`` and ``info`` count in the front only.
    """

    items: list[Item]
    pages_number: int
    document_number: int
    pages: list[int]
    kids: list[int]
    parents: list[bytes]
    targets: list[tuple[bytes, bytes]]
    marks: list[Mark]
    stamps: list[Stamp]
    catalog: bytes
    info: bytes
