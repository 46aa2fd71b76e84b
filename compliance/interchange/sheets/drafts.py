"""Files that were read and wait between preview and saving.

A draft is a file of its owner's in the data folder: for one person and one assessment,
gone after a day or when the next one comes.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from compliance.evidence.storage import no_space_told
from compliance.interchange.sheets.cells import Cell
from compliance.interchange.sheets.sent import Row

DAY_SECONDS = 24 * 60 * 60


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
    draft_id = uuid4()
    path = _path(user_id, assessment_id, draft_id)
    part = path.with_suffix(".part")
    content = {
        "file_name": file_name,
        "sha256": sha256,
        "rows": [
            [row.sheet, row.number, {c: [x.kind, x.text] for c, x in row.cells.items()}]
            for row in rows
        ],
    }
    with no_space_told():
        sweep()
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    for old in _folder().glob(f"{_prefix(user_id, assessment_id)}*.json"):
        if old != path:
            old.unlink(missing_ok=True)
    return draft_id


def find(*, user_id: int, assessment_id: UUID, draft_id: UUID) -> Draft | None:
    """The draft, if it is this person's, of this assessment, and not a day old."""
    path = _path(user_id, assessment_id, draft_id)
    try:
        if path.stat().st_mtime < time.time() - DAY_SECONDS:
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    rows = [
        Row(sheet, number, {c: Cell(*it) for c, it in cells.items()})
        for sheet, number, cells in said["rows"]
    ]
    return Draft(draft_id, said["file_name"], said["sha256"], rows)


def drop(*, user_id: int, assessment_id: UUID, draft_id: UUID) -> None:
    """Take a draft away; it is done with."""
    _path(user_id, assessment_id, draft_id).unlink(missing_ok=True)


def sweep() -> int:
    """Take away what is a day old, whoever's it was; how many files that were."""
    gone = 0
    for path in _folder().iterdir():
        try:
            if path.stat().st_mtime < time.time() - DAY_SECONDS:
                path.unlink()
                gone += 1
        except FileNotFoundError:
            continue  # somebody else swept at the same time
    return gone


def _folder() -> Path:
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _prefix(user_id: int, assessment_id: UUID) -> str:
    return f"{user_id}-{assessment_id.hex}-"


def _path(user_id: int, assessment_id: UUID, draft_id: UUID) -> Path:
    return _folder() / f"{_prefix(user_id, assessment_id)}{draft_id.hex}.json"
