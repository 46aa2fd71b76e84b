"""The figures of a result as CSV, XLSX and JSON. Same content, same bytes."""

import csv
import io
import json
from datetime import datetime

from compliance.checklist_files.writing import FORMATS
from compliance.formats import xlsx
from compliance.formats.csv_file import guarded
from compliance.results.figures import COLUMNS, as_json, rows_of
from compliance.results.reading import Result

TYPES = {name: FORMATS[name].media_type for name in ("csv", "xlsx", "json")}
"""Format to media type."""
WIDTHS = {"Measure": 14, "Name": 48, "Figure": 32}


def file_of(result: Result, form: str, at: datetime) -> bytes:
    """The figures in one of the formats of ``TYPES``, with what they rest on."""
    if form == "json":
        stamp = dict(stamp_of(result)) | {"figures": as_json(result)}
        return json.dumps(stamp, ensure_ascii=False, indent=1).encode()
    if form == "csv":
        return _csv(result)
    title = "; ".join(f"{name}: {value}" for name, value in stamp_of(result))
    heads = tuple(name.capitalize() for name in COLUMNS)
    return xlsx.table(
        "Result", heads, rows_of(result), title=title, at=at, widths=WIDTHS
    )


def stamp_of(result: Result) -> list[tuple[str, str]]:
    """The basis of every figure, beside it wherever it goes."""
    assessment = result.assessment
    edition = assessment.edition
    return [
        ("checklist", edition.checklist.title),
        ("subject", assessment.subject),
        ("edition", edition.number),
        ("law as of", edition.law_as_of.isoformat()),
        ("audit period from", assessment.period_from.isoformat()),
        ("audit period to", assessment.period_to.isoformat()),
        ("as of", result.today.isoformat()),
        ("rules", RULES),
    ]


RULES = "2026-11-28"
"""The version of the rules of counting: see ``docs/scoring.md``."""


def _csv(result: Result) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    for name, value in stamp_of(result):
        writer.writerow([guarded(name), guarded(value)])
    writer.writerow([])
    writer.writerow(COLUMNS)
    for row in rows_of(result):
        writer.writerow([guarded(text) for text in row])
    return file.getvalue().encode("utf-8-sig")
