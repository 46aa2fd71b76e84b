"""A checklist in an XLSX file. Pure."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from compliance.content.formats import own, table, xlsx_cells
from compliance.content.formats.findings import KNOWN, Found, Notes, UnreadableError
from compliance.content.formats.limits import MOST_BYTES
from compliance.content.formats.records import COLUMNS
from compliance.content.formats.table import Row
from compliance.ground.sandbox.archive import WallError
from compliance.ground.sandbox.blame import is_of_library


def read(content: bytes, _suffix: str = "") -> Found:
    """The contents of a workbook. Faults stand in it; it raises nothing of its own."""
    notes = Notes()
    if len(content) > MOST_BYTES:
        words = f"has {len(content):,} bytes; at most {MOST_BYTES:,} are read"
        notes.fault("the file", words)
        return notes.onto(Found("unknown"))
    try:
        return _xlsx(content)
    except UnreadableError as fault:
        notes.fault(fault.place, str(fault))
    except WallError as fault:
        notes.fault("the file", str(fault))
    return notes.onto(Found("unknown"))


def _xlsx(content: bytes) -> Found:
    place = ["the file"]
    notes = Notes()
    try:
        rows = list(_cells(xlsx_cells.rows(BytesIO(content), place), notes))
    except (WallError, UnreadableError):
        raise
    except Exception as error:
        if not is_of_library(error):
            raise
        words = "is damaged and cannot be read; save it again as .xlsx"
        raise UnreadableError(place[0], words) from error
    return table.read(f"{own.KIND} (XLSX)", rows, notes)


def _cells(found: Iterator[list[Any]], notes: Notes) -> Iterator[Row]:
    """The rows below the first row of headings; other sheets are reported."""
    head: dict[str, str] = {}
    home = ""
    for sheet, number, cells in found:
        texts = {letter: text for letter, (_, text) in cells.items()}
        if not number:
            continue
        if not head and "record" in {text.strip() for text in texts.values()}:
            head = {letter: text.strip() for letter, text in texts.items()}
            table.refuse_twice((f"{sheet}!{at}{number}", it) for at, it in head.items())
            home = sheet
            continue
        if sheet != home:
            notes.lose(f"sheet {sheet[:40]}", "a sheet or row without the table")
            continue
        yield _row(sheet, number, cells, head, notes)
    if not home:
        words = f"has no sheet with the heading “record”; known are {KNOWN}"
        raise UnreadableError("the workbook", words)


def _row(sheet: str, number: int, cells: dict[str, Any], head: dict[str, str], notes: Notes) -> Row:
    letters = {name: letter for letter, name in head.items()}
    known: dict[str, str] = {}
    others: dict[str, str] = {}
    for letter, (kind, text) in cells.items():
        place = f"{sheet}!{letter}{number}"
        if kind in {"formula", "error"}:
            words = f"“{text[:60]}” is a formula or an error; write its result"
            notes.fault(place, words)
        elif letter not in head:
            notes.lose(place, "a cell outside the columns")
        else:
            (known if head[letter] in COLUMNS else others)[head[letter]] = text
    return Row(number, known, letters, others, sheet)
