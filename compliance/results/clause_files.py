"""Evidence by framework clause as XLSX and CSV. Same content, same bytes."""

from datetime import datetime

from compliance.checklists.models import Framework
from compliance.formats import csv_file
from compliance.results.clauses import COLUMNS, ClauseProof, rows_of

WIDTHS = {"Title": 48, "Evidence": 60, "Checklist": 24, "Subject": 30, "Framework": 24}


def as_csv(framework: Framework, found: list[ClauseProof]) -> bytes:
    """The table as CSV."""
    return csv_file.packed([COLUMNS, *rows_of(framework, found)])


def as_xlsx(framework: Framework, found: list[ClauseProof], at: datetime) -> bytes:
    """The table as one sheet."""
    from compliance.formats import xlsx  # noqa: PLC0415 - large

    title = f"Evidence by clause: {framework.name}"
    rows = rows_of(framework, found)
    name = "Evidence by clause"
    return xlsx.table(name, COLUMNS, rows, title=title, at=at, widths=WIDTHS)
