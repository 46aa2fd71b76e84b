"""Sheets of answers that were read and wait between preview and saving."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from compliance.assurance.answer_sheets.cells import Cell
from compliance.assurance.answer_sheets.returned_rows import Row
from compliance.content.formats import pending_imports


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that was read: its name, its hash and its rows."""

    id: UUID
    file_name: str
    sha256: str
    rows: list[Row]


def keep(
    *,
    user_id: int,
    assessment_id: UUID,
    file_name: str,
    sha256: str,
    rows: Sequence[Row],
) -> UUID:
    """Keep a draft in place of the person's others of this assessment; its id.

    Raises ``StorageError`` when the disk is full.
    """
    content = {
        "file_name": file_name,
        "sha256": sha256,
        "rows": [
            [row.sheet, row.number, {c: [x.kind, x.text] for c, x in row.cells.items()}] for row in rows
        ],
    }
    return pending_imports.keep(user_id=user_id, thing_id=assessment_id, content=content)


def find(*, user_id: int, assessment_id: UUID, draft_id: UUID) -> Draft | None:
    """The draft, if it is this person's, of this assessment, and not a day old."""
    said = pending_imports.find(user_id=user_id, thing_id=assessment_id, draft_id=draft_id)
    if said is None:
        return None
    rows = [
        Row(sheet, number, {c: Cell(*it) for c, it in cells.items()}) for sheet, number, cells in said["rows"]
    ]
    return Draft(draft_id, said["file_name"], said["sha256"], rows)


def drop(*, user_id: int, assessment_id: UUID, draft_id: UUID) -> None:
    """Take a draft away; it is done with."""
    pending_imports.drop(user_id=user_id, thing_id=assessment_id, draft_id=draft_id)
