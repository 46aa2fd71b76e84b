"""A table as an XLSX file with one sheet, such as a checklist. Same content, same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from compliance.content.formats.escapes import is_typed
from compliance.content.formats.findings import Sheet
from compliance.content.formats.records import COLUMNS, rows_of
from compliance.content.formats.workbooks import packed, put_text

NAME = "Checklist"
WIDTHS = {"title": 36, "text": 60, "good": 60, "check": 44, "evidence": 36, "key": 14}


def write(sheet: Sheet) -> bytes:
    """A checklist."""
    rows = ([cells.get(name, "") for name in COLUMNS] for cells in rows_of(sheet))
    day = datetime.fromisoformat(sheet.document["edition"]["law_as_of"])
    at = day.replace(tzinfo=UTC)
    return table(NAME, COLUMNS, rows, title=sheet.title, at=at, widths=WIDTHS)


def table(
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str,
    at: datetime,
    widths: Mapping[str, int],
) -> bytes:
    """Rows of text under headings that are frozen, every cell typed as text."""
    book = Workbook()
    page: Any = book.active
    page.title = name
    _head(page, columns, widths)
    for number, cells in enumerate(rows, 2):
        for column, text in enumerate(cells, 1):
            if text:
                _fill(page.cell(number, column), text)
    page.freeze_panes = "C2"
    page.auto_filter.ref = page.dimensions
    return packed(book, title, at)


def _head(page: Any, columns: Sequence[str], widths: Mapping[str, int]) -> None:
    for column, name in enumerate(columns, 1):
        cell = page.cell(1, column)
        put_text(cell, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F2A44")
        page.column_dimensions[get_column_letter(column)].width = widths.get(name, 18)


def _fill(cell: Any, text: str) -> None:
    put_text(cell, text)
    cell.number_format = "@"
    cell.alignment = _TOP
    if is_typed(text):
        cell.quotePrefix = True


_TOP = Alignment(vertical="top", wrap_text=True)
