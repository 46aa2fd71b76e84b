"""The rows of a spreadsheet, read in a process of its own."""

import json
from collections.abc import Iterable

from compliance.assurance.answer_sheets.cells import Cell
from compliance.assurance.answer_sheets.returned_rows import Row, SheetError
from compliance.ground.sandbox.process import UnfinishedError, output_of

MODULE = "compliance.content.formats.xlsx_cells"
SECONDS = 10
MEMORY_BYTES = 256 * 1024 * 1024


def read(chunks: Iterable[bytes]) -> list[Row]:
    """Every row of a spreadsheet, sheet by sheet; a sheet begins with row 0.

    Raises ``SheetError``.
    """
    rows = []
    try:
        with output_of(MODULE, (), chunks, seconds=SECONDS, memory_bytes=MEMORY_BYTES) as lines:
            for line in lines:
                said = json.loads(line)
                if isinstance(said, dict):
                    raise SheetError(said["problem"])
                sheet, number, cells = said
                found = {c: Cell(*it) for c, it in cells.items()}
                rows.append(Row(sheet, number, found))
    except UnfinishedError as error:
        raise SheetError(str(error)) from error
    return rows
