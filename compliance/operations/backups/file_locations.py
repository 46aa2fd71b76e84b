"""Paths of the files of a backup in an installation, and writing them there."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

from compliance.content.evidence import storage as evidence
from compliance.ground.web.folders import fresh
from compliance.operations.backups.manifest import BackupError, hash_in, stamp
from compliance.proof.audit import checkpoints, receipts
from compliance.reporting.reports import storage as reports


def path_of(name: str) -> Path:
    """The file that a part of a backup is a copy of."""
    room, _, rest = name.partition("/")
    if room == "files":
        organisation_id, _, sha256 = rest.partition("/")
        return evidence.path_of(UUID(organisation_id), sha256)
    if room == "reports":
        return reports.path_of(hash_in(name))
    if room == "receipts":
        return receipts.path_of(rest.removesuffix(".receipt"))
    return checkpoints.path_of(UUID(rest.removesuffix(".checkpoints")))


def put(name: str, chunks: Iterable[bytes], desk: Path, now: datetime) -> str:
    """Put a file of a backup in its place, on the disk before it returns.

    ``desk`` is a workplace of the reports. Says what became of checkpoints that were
    there, "" of all else. Raises ``BackupError`` when other bytes arrive than the name
    says, ``StorageError`` and ``OSError`` when the disk does not keep them.
    """
    room, _, rest = name.partition("/")
    if room == "checkpoints":
        return _put_checkpoints(path_of(name), chunks, now)
    if room == "receipts":
        note = b"".join(chunks).decode(errors="replace")
        if receipts.read(receipts.signed_note(path_of(name).stem)) is None:
            receipts.store(path_of(name).stem, note)
        return ""
    if room == "files":
        sha256 = evidence.keep(UUID(rest.partition("/")[0]), chunks).sha256
    else:
        made = desk / "report.pdf"
        with made.open("wb") as file:
            file.writelines(chunks)
        sha256, _ = reports.keep(made)
    if sha256 != hash_in(name):
        msg = f"{name} does not match the hash in its name"
        raise BackupError(msg)
    return ""


def _put_checkpoints(path: Path, chunks: Iterable[bytes], now: datetime) -> str:
    with fresh(path, chunks) as new:
        notice = _set_aside(path, new, now)
        new.rename(path)
        path.with_suffix(".verified").unlink(missing_ok=True)
    return notice


def _set_aside(path: Path, new: Path, now: datetime) -> str:
    """Keep checkpoints that are there already under another name; a message about it."""
    with suppress(FileNotFoundError):
        there, ours = path.read_bytes(), new.read_bytes()
        if there == ours:
            return ""
        aside = path.with_name(f"{path.name}.before-{stamp(now)}")
        path.rename(aside)
        goes_on = there.startswith(ours)
        what = "reach further than the backup" if goes_on else "are other ones"
        return f"{path.name}: the checkpoints here {what}; they are kept as {aside.name}."
    return ""
