"""Evidence by framework clause as XLSX and CSV. Same content, same bytes."""

import csv
import io
from datetime import datetime

from compliance.checklists.models import Framework
from compliance.formats.csv_file import guarded
from compliance.results.clauses import COLUMNS, ClauseProof, rows_of

WIDTHS = {"Title": 48, "Evidence": 60, "Checklist": 24, "Subject": 30, "Framework": 24}


def as_csv(framework: Framework, found: list[ClauseProof]) -> bytes:
    """The table as CSV that Excel and LibreOffice open as UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(framework, found):
        writer.writerow([guarded(text) for text in row])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(framework: Framework, found: list[ClauseProof], at: datetime) -> bytes:
    """The table as one sheet."""
    from compliance.formats import xlsx  # noqa: PLC0415 - large

    title = f"Evidence by clause: {framework.name}"
    rows = rows_of(framework, found)
    name = "Evidence by clause"
    return xlsx.table(name, COLUMNS, rows, title=title, at=at, widths=WIDTHS)
