"""Parts of every XLSX file that Attest writes: text that never runs, and the same bytes twice."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from compliance.content.formats.escapes import escaped
from compliance.ground.web.text import FORBIDDEN

LONGEST = 32_767


_EPOCH = (1980, 1, 1, 0, 0, 0)


def put_text(cell: Any, text: str) -> None:
    """Text as text, whatever it begins with; U+FFFD for what no file can hold."""
    cell.value = escaped(FORBIDDEN.sub("\ufffd", text))[:LONGEST]
    cell.data_type = "s"


class _Archive(ZipFile):
    """Writes every part with the same date, so that the same content is the same file."""

    def writestr(self, name: Any, data: Any, *_: Any) -> None:
        info = ZipInfo(name, _EPOCH)
        info.compress_type = ZIP_DEFLATED
        super().writestr(info, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any) -> None:
        self.writestr(arcname, Path(filename).read_bytes())


def packed(book: Workbook, title: str, written_at: datetime) -> bytes:
    """The bytes of a workbook: the same for the same content, title and time."""
    at = written_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.properties.creator = "Attest"
    book.properties.title = FORBIDDEN.sub("\ufffd", title)
    book.properties.created = book.properties.modified = at
    content = BytesIO()
    with _Archive(content, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return content.getvalue()
