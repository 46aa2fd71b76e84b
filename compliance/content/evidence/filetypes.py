"""Types of file that are kept, recognised by their bytes. Pure: an open file in, a type
out.

The list is our own and short. A file that a browser could run is refused; others are
sent under the media type of this table and no other.
"""

import codecs
import re
from dataclasses import dataclass, replace
from typing import BinaryIO

from compliance.content.evidence.archives import FaultError, names_in
from compliance.content.evidence.safe_names import ending_of

KEPT = (
    "PDF, PNG, JPEG, GIF, WebP, Word, Excel and PowerPoint without macros,"
    " OpenDocument, TXT, LOG, CSV, MD, JSON, EML and ZIP"
)
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: its endings, the usual first, and what people call it."""

    endings: tuple[str, ...]
    media_type: str
    label: str


class RefusedError(ValueError):
    """Why a file is not kept, in words for the person who chose it."""


PDF = FileType(("pdf",), "application/pdf", "PDF")
ZIP = FileType(("zip",), "application/zip", "ZIP archive")
EML = FileType(("eml",), "message/rfc822", "E-mail")
_WEBP = FileType(("webp",), "image/webp", "Picture")
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", FileType(("png",), "image/png", "Picture")),
    (b"\xff\xd8\xff", FileType(("jpg", "jpeg"), "image/jpeg", "Picture")),
    (b"GIF87a", FileType(("gif",), "image/gif", "Picture")),
    (b"GIF89a", FileType(("gif",), "image/gif", "Picture")),
)
_OFFICE = {
    "word/document.xml": FileType(("docx",), f"{_OOXML}wordprocessingml.document", "Document"),
    "xl/workbook.xml": FileType(("xlsx",), f"{_OOXML}spreadsheetml.sheet", "Spreadsheet"),
    "ppt/presentation.xml": FileType(("pptx",), f"{_OOXML}presentationml.presentation", "Slides"),
}
_OPEN_DOCUMENT = {
    "text": FileType(("odt",), f"{_ODF}text", "Document"),
    "spreadsheet": FileType(("ods",), f"{_ODF}spreadsheet", "Spreadsheet"),
    "presentation": FileType(("odp",), f"{_ODF}presentation", "Slides"),
}
_TEXTS = {
    "txt": FileType(("txt",), "text/plain; charset=utf-8", "Text"),
    "log": FileType(("log",), "text/plain; charset=utf-8", "Text"),
    "csv": FileType(("csv",), "text/csv; charset=utf-8", "Table"),
    "md": FileType(("md",), "text/markdown; charset=utf-8", "Text"),
    "json": FileType(("json",), "application/json", "JSON"),
}
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODINGS = ("utf-8", "utf-16", "windows-1252")
"""How text may be written, the first that fits: editors and spreadsheets save all three."""
_NO_TEXT = {
    "utf-8": re.compile("\0"),
    "utf-16": re.compile("\0"),
    "windows-1252": re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]"),
}
"""Characters that no text has; where any byte is a letter, no control character either."""


def _written_in(kind: FileType, encoding: str) -> FileType:
    media_type = kind.media_type.replace("utf-8", encoding)
    return replace(kind, media_type=media_type)


_BY_MEDIA_TYPE = {
    kind.media_type: kind
    for kind in (
        *(PDF, ZIP, EML, _WEBP),
        *(kind for _, kind in _SIGNATURES),
        *_OFFICE.values(),
        *_OPEN_DOCUMENT.values(),
        *(_written_in(k, name) for k in _TEXTS.values() for name in _ENCODINGS),
    )
}
_PROGRAMS = (
    *(b"MZ", b"\x7fELF", b"#!", b"\xef\xbb\xbf#!", b"\xca\xfe\xba\xbe", b"\0asm"),
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe"),
    *(b"\xcf\xfa\xed\xfe", b"dex\n", b"!<arch>", b"L\0\0\0\x01\x14\x02\0"),
)
_PAGE = re.compile(
    rb"<(!doctype\s+(html|svg)|html|head|body|script|iframe|svg|style|meta|object|embed"
    rb"|math)\b",
    re.I,
)
_PAGE_ENDINGS = {"html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "svg", "svgz"}
_MACROS = re.compile(r"vbaproject\.bin$|^(basic|scripts)/.+", re.I)
_JAVA = re.compile(r"^META-INF/MANIFEST\.MF$|^AndroidManifest\.xml$|\.class$")


def recognise(name: str, file: BinaryIO) -> FileType:
    """The type of a file by its bytes; of text, by its ending too.

    Leaves the file at its start. Raises ``RefusedError`` with words.
    """
    file.seek(0)
    head = file.read(2048)
    if not head:
        msg = "The file is empty."
        raise RefusedError(msg)
    kind = _by_signature(head)
    if kind is None and head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = _in_zip(head, file)
    if kind is None:
        kind = _text(name, head, file)
    file.seek(0)
    return kind


def label_of(media_type: str) -> str:
    """ "Spreadsheet" for a media type of the table; "File" for others."""
    kind = _BY_MEDIA_TYPE.get(media_type)
    return kind.label if kind else "File"


def served_as(media_type: str) -> str:
    """The media type to send: one of the table, or bytes without a meaning."""
    return media_type if media_type in _BY_MEDIA_TYPE else "application/octet-stream"


def _by_signature(head: bytes) -> FileType | None:
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _WEBP
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    return None


def _in_zip(head: bytes, file: BinaryIO) -> FileType:
    try:
        names = names_in(file)
    except FaultError as fault:
        raise RefusedError(str(fault)) from fault
    if any(_JAVA.search(name) for name in names):
        msg = "This is a program. Programs are not kept."
        raise RefusedError(msg)
    kind = _office(head, names)
    if kind is None:
        return ZIP
    if any(_MACROS.search(name) for name in names):
        msg = f"The file holds macros. Save it without them, as .{kind.endings[0]}."
        raise RefusedError(msg)
    return kind


def _office(head: bytes, names: frozenset[str]) -> FileType | None:
    if head[30:38] == b"mimetype":
        found = re.match(rb"application/vnd\.oasis\.opendocument\.([a-z]+)", head[38:])
        kind = _OPEN_DOCUMENT.get(found[1].decode()) if found else None
        return kind if "content.xml" in names else None
    if "[Content_Types].xml" not in names:
        return None
    return next((k for part, k in _OFFICE.items() if part in names), None)


def _text(name: str, head: bytes, file: BinaryIO) -> FileType:
    ending = ending_of(name)
    if head.startswith(_PROGRAMS):
        msg = "This is a program. Programs are not kept."
        raise RefusedError(msg)
    if ending in _PAGE_ENDINGS or _is_page(head):
        msg = "Web pages and SVG pictures can run code. Save it as PDF or PNG and add that."
        raise RefusedError(msg)
    if ending == "eml":
        return _mail(head, file)
    if ending not in _TEXTS:
        msg = f"Files of this kind are not kept. Kept are {KEPT}. Or add a link."
        raise RefusedError(msg)
    kind, is_marked = _TEXTS[ending], head.startswith(_UTF16_MARKS)
    names = _ENCODINGS[1:2] if is_marked else (_ENCODINGS[0], _ENCODINGS[2])
    found = next((name for name in names if _is_text(file, name)), "")
    if not found or (kind.media_type == "application/json" and found != "utf-8"):
        msg = "This file is not text. Save it as UTF-8 or as PDF, and add that."
        raise RefusedError(msg)
    return _written_in(kind, found)


def _is_page(head: bytes) -> bool:
    """Whether markup opens the text, behind remarks and an XML line at most."""
    if head.startswith(_UTF16_MARKS):
        head = head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x0c")
    is_preface = start[:2] in {b"<!", b"<?"}
    return bool(_PAGE.search(start) if is_preface else _PAGE.match(start))


def _mail(head: bytes, file: BinaryIO) -> FileType:
    file.seek(0)
    has_nul = any(b"\0" in part for part in iter(lambda: file.read(_CHUNK), b""))
    if has_nul or not re.match(rb"(From [^\n]+\n)?[!-9;-~]+:[ \t\r\n]", head):
        msg = "This is not an e-mail. Save it again from the mail program, as EML or PDF."
        raise RefusedError(msg)
    return EML


def _is_text(file: BinaryIO, encoding: str) -> bool:
    """Whether all of it is text written so, without what no text has."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := file.read(_CHUNK):
            if _NO_TEXT[encoding].search(decoder.decode(part)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
