"""Imported files that wait between preview and saving.

A draft is a file of its owner's in the data folder: for one person and one thing, gone
after a day or when the next one comes.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID, uuid4

from django.conf import settings

from compliance.content.evidence.storage import refuse_no_space
from compliance.ground.web import staging

DAY_SECONDS = 24 * 60 * 60
GONE = (
    "This preview is no longer there: its file was imported already, is a day old or"
    " belongs to another person, or you have sent another file since. If it was not"
    " imported, choose it again."
)


def keep(*, user_id: int, thing_id: UUID, content: dict[str, Any]) -> UUID:
    """Keep a draft in place of the person's others of this thing; its id.

    Raises ``StorageError`` when the disk is full.
    """
    draft_id = uuid4()
    path = _path(user_id, thing_id, draft_id)
    with _written(path) as file:
        file.write(json.dumps(content, ensure_ascii=False).encode())
    _drop_others(user_id, thing_id, path)
    return draft_id


def find(*, user_id: int, thing_id: UUID, draft_id: UUID) -> dict[str, Any] | None:
    """The content, if it is this person's, of this thing, and not a day old."""
    path = _path(user_id, thing_id, draft_id)
    try:
        if path.stat().st_mtime < time.time() - DAY_SECONDS:
            return None
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return content


def drop(*, user_id: int, thing_id: UUID, draft_id: UUID) -> None:
    """Take a draft away; it is done with."""
    _path(user_id, thing_id, draft_id).unlink(missing_ok=True)


def files_of(thing_id: UUID) -> Iterator[Path]:
    """The drafts of a thing, whoever's."""
    yield from _folder().glob(f"*-{thing_id.hex}-*")


def sweep() -> int:
    """Take away what is a day old or was cut off, whoever's; how many files that were."""
    gone = staging.sweep(_folder(), bool)
    for path in _folder().iterdir():
        try:
            if path.is_file() and path.stat().st_mtime < time.time() - DAY_SECONDS:
                path.unlink()
                gone += 1
        except FileNotFoundError:
            continue  # someone else swept at the same time
    return gone


def _folder() -> Path:
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _prefix(user_id: int, thing_id: UUID) -> str:
    return f"{user_id}-{thing_id.hex}-"


def _path(user_id: int, thing_id: UUID, draft_id: UUID) -> Path:
    return _folder() / f"{_prefix(user_id, thing_id)}{draft_id.hex}.json"


def keep_file(*, user_id: int, thing_id: UUID, chunks: Iterable[bytes]) -> UUID:
    """Keep a file as it came in place of the person's others of this thing; its id.

    Raises ``StorageError`` when the disk is full.
    """
    draft_id = uuid4()
    path = _file(user_id, thing_id, draft_id)
    with _written(path) as file:
        for chunk in chunks:
            file.write(chunk)
    _drop_others(user_id, thing_id, path)
    return draft_id


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its place at the end of the block, whole."""
    with refuse_no_space():
        sweep()
        with staging.workplace(_folder(), bool) as desk:
            handle = os.open(desk / "draft", os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(handle, "wb") as file:
                yield file
            (desk / "draft").replace(path)


def _drop_others(user_id: int, thing_id: UUID, path: Path) -> None:
    """One draft of a kind is enough for a person and a thing."""
    for old in _folder().glob(f"{_prefix(user_id, thing_id)}*{path.suffix}"):
        if old != path:
            old.unlink(missing_ok=True)


def file_of(*, user_id: int, thing_id: UUID, draft_id: UUID) -> Path | None:
    """Where it lies, if it is this person's, of this thing, and not a day old."""
    path = _file(user_id, thing_id, draft_id)
    try:
        is_fresh = path.stat().st_mtime >= time.time() - DAY_SECONDS
    except FileNotFoundError:
        return None
    return path if is_fresh else None


def _file(user_id: int, thing_id: UUID, draft_id: UUID) -> Path:
    return _path(user_id, thing_id, draft_id).with_suffix(".zip")
