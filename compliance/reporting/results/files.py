"""The figures of a result as CSV, XLSX and JSON. Same content, same bytes."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from compliance.content.checklist_files.writing import FORMATS
from compliance.content.formats import csv_file
from compliance.ground.web.unknown_date import NO_DAY
from compliance.reporting.results.figures import COLUMNS, Row, rows_of
from compliance.reporting.results.law import RULES
from compliance.reporting.results.queries import Result

TYPES = {name: FORMATS[name].media_type for name in ("csv", "xlsx", "json")}
"""Format to media type."""
WIDTHS = {"Measure": 14, "Name": 48, "Figure": 32, "Checklist": 24, "Subject": 28}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under columns, and ``stamp``, what they rest on."""

    name: str
    stamp: Sequence[tuple[str, str]]
    columns: Sequence[str]
    rows: Iterable[Sequence[str]]


def file_of(result: Result, form: str, at: datetime, earlier: Iterable[Row] = ()) -> bytes:
    """The figures of a result, and of earlier periods, in one of the formats of ``TYPES``."""
    rows = [*rows_of(result), *earlier]
    return written(Table("Result", stamp_of(result), COLUMNS, rows), form, at)


def written(table: Table, form: str, at: datetime) -> bytes:
    """A table in one of the formats of ``TYPES``."""
    if form == "json":
        found = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        said: dict[str, str] = {}
        for key, value in table.stamp:  # a group has several organisations
            said[key] = f"{said[key]}; {value}" if key in said else value
        whole = said | {"figures": found}
        return json.dumps(whole, ensure_ascii=False, indent=1).encode()
    if form == "csv":
        return csv_file.packed([*table.stamp, [], table.columns, *table.rows])
    from compliance.content.formats import xlsx  # noqa: PLC0415 - large

    title = "; ".join(f"{key}: {value}" for key, value in table.stamp)
    heads = tuple(column.capitalize() for column in table.columns)
    return xlsx.table(table.name, heads, table.rows, title=title, at=at, widths=WIDTHS)


def stamp_of(result: Result) -> list[tuple[str, str]]:
    """The basis of every figure, beside it wherever it goes."""
    assessment = result.assessment
    edition = assessment.edition
    law_as_of = edition.law_as_of.isoformat()
    return [
        ("checklist", edition.checklist.title),
        ("subject", assessment.subject),
        ("edition", edition.number),
        ("law as of", "a day not stated" if law_as_of == NO_DAY else law_as_of),
        ("audit period from", assessment.period_from.isoformat()),
        ("audit period to", assessment.period_to.isoformat()),
        ("as of", result.today.isoformat()),
        ("rules", RULES),
    ]


def event_fields(content: bytes, form: str) -> dict[str, str]:
    """The fields of an event about a file that was taken away."""
    return {"format": form, "sha256": hashlib.sha256(content).hexdigest()}
