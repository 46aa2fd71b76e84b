"""CSV: rows of text, and what keeps a spreadsheet program from running them.

A cell that begins as a formula does is written with an apostrophe before it, and read
without it: OWASP ASVS 5.0, 1.2.10.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from compliance.content.checklists.limits import MOST_TEXT
from compliance.content.formats.escapes import FORMULA
from compliance.content.formats.findings import UnreadableError
from compliance.content.formats.limits import MOST_ROWS
from compliance.content.formats.records import COLUMNS
from compliance.content.formats.table import Row, refuse_twice

MOST_COLUMNS = 200
_GUARDED = re.compile(f"'*{FORMULA.pattern}")


def guarded(text: str) -> str:
    """The text as a cell holds it."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    """The text that ``guarded`` was given."""
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def rows_in(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line. Raises ``UnreadableError``."""
    csv.field_size_limit(MOST_TEXT * 50)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_mark(text), strict=True)
    line = 1
    try:
        for count, cells in enumerate(reader):
            if count > MOST_ROWS:
                raise UnreadableError(f"line {line}", f"more than {MOST_ROWS:,} rows")
            if len(cells) > MOST_COLUMNS:
                words = f"has {len(cells):,} columns; {MOST_COLUMNS} are read"
                raise UnreadableError(f"line {line}", words)
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as fault:
        raise UnreadableError(f"line {line}", f"is not CSV: {fault}") from None


def _mark(text: str) -> str:
    """The mark between cells: the one that the headings have most of."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def headings_of(cells: Sequence[str]) -> list[str]:
    """The headings in a row. Raises ``UnreadableError`` for one that stands twice."""
    head = [cell.strip() for cell in cells]
    refuse_twice(("line 1", heading) for heading in head)
    return head


def named_by(head: Sequence[str], cells: Sequence[str], place: str) -> list[tuple[str, str]]:
    """Heading and text of each cell of a row.

    Raises ``UnreadableError`` for a row with more cells than headings.
    """
    if any(cells[len(head) :]):
        words = f"has {len(cells)} cells under {len(head)} headings"
        raise UnreadableError(place, words)
    return list(zip(head, cells, strict=False))


def table_in(text: str) -> Iterator[Row]:
    """The rows of our own table."""
    rows = rows_in(text)
    head = headings_of(next(rows, (1, []))[1])
    yield from (_row(line, head, [unguarded(cell) for cell in cells]) for line, cells in rows if any(cells))


def _row(line: int, head: list[str], cells: list[str]) -> Row:
    pairs = named_by(head, cells, f"row {line}")
    known = {name: cell for name, cell in pairs if name in COLUMNS}
    return Row(line, known, others={n: c for n, c in pairs if n not in COLUMNS})


def written(rows: Iterator[dict[str, str]]) -> bytes:
    """Our own table as CSV."""
    cells = ([row.get(column, "") for column in COLUMNS] for row in rows)
    return packed([COLUMNS, *cells])


def packed(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of text as CSV that Excel and LibreOffice open as UTF-8, and run none of."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([guarded(text) for text in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")
