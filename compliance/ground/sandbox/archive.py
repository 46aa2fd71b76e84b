"""Allowed contents of a spreadsheet file, checked before anything reads it.

An XLSX is a ZIP of XML parts. Parts that hide, grow or act are refused here: none
of them is needed to carry words.
"""

from pyexpat import ExpatError
from typing import BinaryIO
from xml.parsers.expat import ParserCreate
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from compliance.ground.sandbox.blame import is_of_library

MOST_PARTS = 2_000
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_DEPTH = 64
MOST_ATTRIBUTE_BYTES = 1024 * 1024
CHUNK = 256 * 1024
NEEDED = {"[Content_Types].xml", "xl/workbook.xml"}
ENCRYPTED = 0x1


class WallError(Exception):
    """Why a file is not read, in words for the person who sent it.

    No ``ValueError``: the library puts words of its own around those.
    """


def check(file: BinaryIO) -> None:
    """Refuse what may not be read, with ``WallError``."""
    _refuse_other_kinds(file)
    try:
        archive = ZipFile(file)
        _refuse_parts(archive)
        for info in archive.infolist():
            if info.filename.lower().endswith((".xml", ".rels", ".vml")):
                _refuse_xml(archive, info)
    except WallError:
        raise
    except (BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        msg = "The file is cut off or damaged. Download or save it again."
        raise WallError(msg) from error
    except Exception as error:
        if not is_of_library(error):
            raise
        msg = "The file is damaged: one of its parts cannot be unpacked. Save it again."
        raise WallError(msg) from error


def _refuse_other_kinds(file: BinaryIO) -> None:
    file.seek(0)
    first = file.read(8)
    file.seek(0)
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        msg = "The file is an old .xls file or has a password. Save it as .xlsx without a password."
        raise WallError(msg)
    if not first.startswith(b"PK\x03\x04"):
        msg = "The file is not an .xlsx spreadsheet. Save it as “Excel 2007 to 365 (.xlsx)”."
        raise WallError(msg)


def _refuse_parts(archive: ZipFile) -> None:
    parts = archive.infolist()
    names = [info.filename for info in parts]
    if len(parts) > MOST_PARTS:
        msg = f"The file has {len(parts):,} parts; at most {MOST_PARTS:,} are read."
        raise WallError(msg)
    if not set(names) >= NEEDED:
        msg = "The file is a ZIP, but no .xlsx spreadsheet: its workbook is missing."
        raise WallError(msg)
    if macros := [n for n in names if n.lower().endswith("vbaproject.bin")]:
        msg = f"The file holds macros ({macros[0][:60]}). Save it as .xlsx, without them."
        raise WallError(msg)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        msg = f"The file holds two parts of one name ({twice[0][:60]}). Save it again."
        raise WallError(msg)
    unpacked = sum(info.file_size for info in parts)
    if unpacked > MOST_UNPACKED_BYTES:
        msg = (
            f"The file unpacks to {unpacked // 2**20:,} MB; at most"
            f" {MOST_UNPACKED_BYTES // 2**20} MB are read."
        )
        raise WallError(msg)
    for info in parts:
        _refuse_part(info)


def _refuse_part(info: ZipInfo) -> None:
    if info.flag_bits & ENCRYPTED:
        msg = "The file has a password. Save it without one."
        raise WallError(msg)
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        msg = f"Part {info.filename[:60]} is packed in a way that .xlsx does not use."
        raise WallError(msg)


def _refuse_xml(archive: ZipFile, info: ZipInfo) -> None:
    """Refuse what is no XML, declares entities or is nested beyond all use.

    A part never gives more bytes than the table of contents claims: ``zipfile`` stops
    there.
    """
    name = info.filename[:60]
    depth = 0

    def begins(_tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            msg = f"Part {name} is nested deeper than {MOST_DEPTH} levels. Save it again."
            raise WallError(msg)
        if sum(map(len, attributes.values())) > MOST_ATTRIBUTE_BYTES:
            msg = f"Part {name} has an attribute of more than a megabyte."
            raise WallError(msg)

    def ends(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    def declares(*_: object) -> None:
        msg = f"Part {name} declares a document type (DTD), which no spreadsheet needs."
        raise WallError(msg)

    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = declares
    parser.StartElementHandler = begins
    parser.EndElementHandler = ends
    try:
        with archive.open(info) as part:
            while chunk := part.read(CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except ExpatError as error:
        msg = f"Part {name} is damaged (line {error.lineno}). Save the file again."
        raise WallError(msg) from error
