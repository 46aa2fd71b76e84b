"""The answers as a table: CSV (RFC 4180), UTF-8, a row for every question. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator

from compliance.content.formats.csv_file import guarded
from compliance.work.assessments.answer_fields import HASHED
from compliance.work.snapshots.content import Content, Line

_QUESTION = (
    "section", "question", "title", "text", "cites", "weight", "applies",
    "applicability", "binds_from",
)  # fmt: skip
_FIELDS = tuple(field.name for field in HASHED if field.name not in _QUESTION)
_BESIDE = ("evidence", "evidence_sha256", "actions", "comments")
COLUMNS = (*_QUESTION, *_FIELDS, *_BESIDE)
ARCHIVED = "archived"
"""The section of answers that the edition no longer asks for."""


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
        "yes" if line.applies else "no", _applicability(line), line.binds_from,
        *(line.value_of(name) for name in _FIELDS),
        "\n".join(f"E{proof.number} {proof.title}" for proof in proofs),
        "\n".join(proof.sha256 for proof in proofs),
        "\n".join(f"{task.code} {task.title}" for task in line.tasks),
        "\n".join(f"{one.author}, {one.at.isoformat()}: {one.text}" for one in remarks),
    )  # fmt: skip


def _applicability(line: Line) -> str:
    """The reason, and what stands for an answer that another assessment gives."""
    found = line.stands_in
    said = [line.applicability]
    if found:
        said += [found.verdict_word, found.value, found.reason, *found.evidence]
    return "\n".join(filter(None, said))


def _text(value: object) -> str:
    return "" if value is None else str(value)
