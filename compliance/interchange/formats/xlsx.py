"""A checklist as an XLSX file: one sheet with the table. Same content, same bytes."""

from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from compliance.interchange.formats.found import Sheet
from compliance.interchange.formats.records import COLUMNS, rows_of
from compliance.interchange.sheets.escapes import is_typed
from compliance.interchange.sheets.workbook import packed, put_text

NAME = "Checklist"
WIDTHS = {"title": 36, "text": 60, "good": 60, "check": 44, "evidence": 36, "key": 14}


def write(sheet: Sheet) -> bytes:
    """The table, with its headings frozen and every cell typed as text."""
    book = Workbook()
    page = book.active
    page.title = NAME
    _head(page)
    for number, cells in enumerate(rows_of(sheet), 2):
        for column, name in enumerate(COLUMNS, 1):
            if text := cells.get(name, ""):
                _fill(page.cell(number, column), text)
    page.freeze_panes = "C2"
    page.auto_filter.ref = page.dimensions
    day = datetime.fromisoformat(sheet.document["edition"]["law_as_of"])
    return packed(book, sheet.title, day.replace(tzinfo=UTC))


def _head(page: Any) -> None:
    for column, name in enumerate(COLUMNS, 1):
        cell = page.cell(1, column)
        put_text(cell, name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F2A44")
        page.column_dimensions[get_column_letter(column)].width = WIDTHS.get(name, 18)


def _fill(cell: Any, text: str) -> None:
    put_text(cell, text)
    cell.number_format = "@"
    cell.alignment = _TOP
    if is_typed(text):
        cell.quotePrefix = True


_TOP = Alignment(vertical="top", wrap_text=True)
