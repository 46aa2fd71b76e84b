"""XLSX to rows of cells, in a process of its own (``sandbox/child.py``).

The only module that reads with openpyxl, and never imported by the web process. It
reads the file from standard input and writes a line of JSON for each row that holds
something.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import iterparse  # no DTD passes the walls

from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

from compliance.content.formats.escapes import unescaped
from compliance.ground.sandbox.archive import WallError, check
from compliance.ground.sandbox.blame import is_of_library

MOST_SHEETS = 200
MOST_ROWS = 1_048_576
MOST_CELLS = 200_000
MOST_CHARACTERS = 20_000_000
MOST_DIGITS = 60
_KINDS = {"s": "text", "n": "number", "d": "text", "b": "flag", "f": "formula"}


class Reader(ExcelReader):  # type: ignore[misc]
    """Reads shared strings as they are: the library drops every "x005F_" in them."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        characters = 0
        with self.archive.open(part.PartName[1:]) as source:
            for _, element in iterparse(source):  # noqa: S314 - no DTD passes the walls
                if element.tag != f"{{{SHEET_MAIN_NS}}}si":
                    continue
                self.shared_strings.append(_text_of(element))
                element.clear()
                characters += len(self.shared_strings[-1])
                _refuse_much("The file", len(self.shared_strings), characters)

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """A sheet that is a chart holds no cells; a strange one is no reason to refuse."""


def main(_: list[str]) -> None:
    """Write the rows, or words for a refusal."""
    place = ["the file"]
    try:
        for row in rows(sys.stdin.buffer, place):
            print(json.dumps(row, ensure_ascii=False))  # noqa: T201 - its one output
    except WallError as error:
        _refuse(str(error))
    except Exception as error:
        if not is_of_library(error):
            raise
        _refuse(
            f"{place[0][:1].upper()}{place[0][1:]} is damaged and cannot be read. Save it again as .xlsx."
        )


def rows(file: Any, place: list[str]) -> Iterator[list[Any]]:
    """[sheet, row, {column: [kind, text]}] of every row that holds something.

    ``place[0]`` says where the reading is, for a refusal.
    """
    check(file)
    reader = Reader(file, read_only=True, keep_links=False)
    place[0] = "the workbook"
    reader.read()
    sheets = reader.wb.worksheets
    if len(sheets) > MOST_SHEETS:
        msg = f"The file has {len(sheets):,} sheets; at most {MOST_SHEETS} are read."
        raise WallError(msg)
    cells = characters = 0
    for sheet in sheets:
        place[0] = f"sheet “{sheet.title[:40]}”, near its first row,"
        yield [sheet.title, 0, {}]
        for number, row in _filled_rows(reader, sheet):
            here = f"Sheet “{sheet.title[:40]}”, row {number}"
            place[0] = f"{here} or the one after it"
            if not 0 < number <= MOST_ROWS:
                msg = f"{here}: a sheet has {MOST_ROWS:,} rows. Save it again."
                raise WallError(msg)
            found = {
                get_column_letter(cell["column"]): _plain(cell)
                for cell in row
                if cell["value"] not in (None, "")
            }
            cells += len(found)
            characters += sum(len(text) for _, text in found.values())
            _refuse_much(f"{here}: the file", cells, characters)
            if found:
                yield [sheet.title, number, found]


def _filled_rows(reader: Reader, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """The rows that stand in the part, without the empty ones between them.

    The size that the sheet declares plays no part.
    """
    book = reader.wb
    with reader.archive.open(sheet._worksheet_path) as source:
        yield from WorkSheetParser(
            source,
            reader.shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        ).parse()


def _refuse_much(place: str, cells: int, characters: int) -> None:
    if cells > MOST_CELLS or characters > MOST_CHARACTERS:
        msg = f"{place} holds more than {MOST_CELLS:,} cells or {MOST_CHARACTERS:,} characters."
        raise WallError(msg)


def _plain(cell: Any) -> tuple[str, str]:
    """The kind and the text of a cell, whatever the library made of it."""
    value, kind = cell["value"], _KINDS.get(cell["data_type"], "error")
    if kind == "formula":
        return kind, str(getattr(value, "text", value))
    if isinstance(value, bool):
        return "flag", str(value).upper()
    if isinstance(value, (date, datetime)):
        return "date", value.isoformat().removesuffix("T00:00:00")
    if isinstance(value, (int, float)):
        return _number(value)
    text = str(value)  # of a time of day, too
    return kind, unescaped(text) if cell["data_type"] == "s" else text


def _number(value: float) -> tuple[str, str]:
    exact = Decimal(repr(value))
    if exact.is_finite() and abs(exact.adjusted()) < MOST_DIGITS:
        return "number", format(exact, "f")
    return "error", str(value)


def _text_of(element: Any) -> str:
    """A string with the runs it is made of, without how it is pronounced."""
    space = f"{{{SHEET_MAIN_NS}}}"
    parts = [element.findtext(f"{space}t") or ""]
    parts += [run.findtext(f"{space}t") or "" for run in element.iter(f"{space}r")]
    return "".join(parts)


def _refuse(words: str) -> None:
    print(json.dumps({"problem": words[:500]}))  # noqa: T201 - its one output
