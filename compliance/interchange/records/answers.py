"""The answers as a table: CSV (RFC 4180), UTF-8, a row for every question. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator

from compliance.interchange.formats.csv_file import guarded
from compliance.reviews.content import Content, Line

COLUMNS = (
    "section", "question", "title", "text", "cites", "weight", "applies",
    "applicability", "binds_from", "verdict", "value", "note", "reason", "owner",
    "due_on", "later_until", "answered_by", "answered_at", "changed_by", "changed_at",
    "na_by", "na_confirmed_by", "evidence", "evidence_sha256", "actions", "comments",
)  # fmt: skip
ARCHIVED = "archived"
"""What stands for a section beside answers that the edition no longer asks for."""


def written(content: Content) -> bytes:
    """The table; a cell that a spreadsheet would run has an apostrophe before it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for section in content.sections:
        writer.writerows(_rows(f"{section.number} {section.title}", section.lines))
    writer.writerows(_rows(ARCHIVED, content.archived))
    return file.getvalue().encode()


def _rows(section: str, lines: Iterable[Line]) -> Iterator[list[str]]:
    for line in lines:
        yield [guarded(_text(cell)) for cell in (section, *_cells(line))]


def _cells(line: Line) -> tuple[object, ...]:
    proofs, remarks = line.proofs, line.remarks
    return (
        line.key, line.title, line.text, line.cites, line.weight,
        "yes" if line.applies else "no", line.applicability, line.binds_from,
        line.verdict, line.value, line.note, line.reason, line.owner,
        line.due_on, line.later_until, line.answered_by, line.answered_at,
        line.changed_by, line.changed_at, line.na_by, line.na_confirmed_by,
        "\n".join(f"E{proof.number} {proof.title}" for proof in proofs),
        "\n".join(proof.sha256 for proof in proofs),
        "\n".join(f"{task.code} {task.title}" for task in line.tasks),
        "\n".join(f"{one.author}, {one.at.isoformat()}: {one.text}" for one in remarks),
    )  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value)
