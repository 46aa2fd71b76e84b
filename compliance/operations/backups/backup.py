"""Writing a backup while people work: rows of one moment, then the files they name."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from compliance.ground.web import file_store
from compliance.ground.web.folders import flush
from compliance.operations.backups import compatibility, places, rows, tables
from compliance.operations.backups.archive import CHUNK, Writer
from compliance.operations.backups.file_locations import path_of
from compliance.operations.backups.manifest import (
    FORMAT,
    VERSION,
    BackupError,
    Chain,
    Manifest,
    Table,
    file_of,
    hash_in,
    rows_of,
)
from compliance.operations.backups.places import Where
from compliance.proof.audit import checkpoints, receipts
from compliance.proof.audit.models import ChainHead
from compliance.reporting.reports.queries import program_version
from compliance.work.snapshots.snapshot import one_moment

PART = ".part"
LAST = "last-backup"
"""The file in the data folder that says when a backup was last made."""
_SEEN_SECONDS = 60
"""How long processes do not ask a bucket again for its newest backup."""


@dataclass
class Moment:
    """Rows of one moment, by table; and the files that they name."""

    at: datetime
    migrations: compatibility.Applied
    chains: dict[str, Chain]
    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)


def make(where: Where) -> tuple[Where, Manifest]:
    """Write a backup to a new file, or into a folder under a name with the date.

    It appears whole or not at all, on a disk for its owner only. Raises ``BackupError``
    where it is there already, where the tables are not those of this program, and when
    a file is damaged or vanishes meanwhile; ``OSError`` when it cannot be written.
    """
    compatibility.refuse_unmigrated()
    now = timezone.now().astimezone(UTC)
    if isinstance(where, Path):
        if where.is_dir():
            _sweep(where)
            where = where / places.name_at(now)
        making = _on_disk(where)
    else:
        if where.name:
            msg = f"{where}: name the folder; a backup in a bucket is named by its moment."
            raise BackupError(msg)
        where = replace(where, name=places.name_at(now))
        making = places.writing(where)
    with making as out, Writer(out, now.utctimetuple()) as writer:
        said = _write(writer)
    (Path(settings.DATA_DIR) / LAST).write_text(said.made_at.isoformat())
    cache.delete(LAST)
    return where, said


def last_made() -> datetime | None:
    """The moment of the last backup, if any: the newest one at ``ATTEST_BACKUPS_URL``, or
    without it the last that was made with this data folder. Raises ``AwayError``.
    """
    try:
        if settings.BACKUPS_URL:
            return datetime.fromisoformat(str(cache.get_or_set(LAST, _newest, _SEEN_SECONDS)))
        return datetime.fromisoformat((Path(settings.DATA_DIR) / LAST).read_text())
    except (FileNotFoundError, ValueError):
        return None


def _newest() -> str:
    newest = places.newest_at()
    return newest.isoformat() if newest else ""


@contextmanager
def _on_disk(path: Path) -> Iterator[BinaryIO]:
    if path.exists():
        msg = f"{path} is there already. A backup never takes the place of another one."
        raise BackupError(msg)
    part = path.with_name(f"{path.name}{PART}")
    with _alone(part) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    flush(path.resolve().parent)


def trail_key() -> str:
    """SHA-256 of the public key that checkpoints are signed with; "" without one."""
    if not (Path(settings.KEYS_DIR) / checkpoints.KEY).is_file():
        return ""
    return hashlib.sha256(checkpoints.public_key()).hexdigest()


def trail_keys() -> set[str]:
    """The same of each key that counts here, retired ones among them; none without the
    one in use, which looking must not make.
    """
    if not trail_key():
        return set()
    return {hashlib.sha256(public).hexdigest() for public in checkpoints.own_keys()}


def _write(writer: Writer) -> Manifest:
    # Before the rows: what was signed must not be newer than the trail beside it.
    _write_checkpoints(writer)
    with one_moment():
        moment = _write_rows(writer)
    _write_receipts(writer)
    missing = [name for name in moment.files if not file_store.is_there(path_of(name))]
    for name, size in moment.files.items():
        if name not in missing:
            _write_file(writer, name, size)
    said = Manifest(
        format=FORMAT,
        version=VERSION,
        program=program_version(),
        made_at=moment.at,
        database=connection.vendor,
        migrations=moment.migrations,
        tables=moment.tables,
        chains=moment.chains,
        trail_key=trail_key(),
        missing=missing,
        members=writer.members,
    )
    writer.finish(said)
    return said


def _write_checkpoints(writer: Writer) -> None:
    folder = Path(settings.CHECKPOINTS_DIR)
    for path in sorted(folder.glob("*.checkpoints")):
        with (
            path.open("rb") as file,
            writer.part(f"checkpoints/{path.name}", is_packed=True) as part,
        ):
            fcntl.flock(file, fcntl.LOCK_SH)  # no note is half written meanwhile
            while chunk := file.read(CHUNK):
                part.write(chunk)


def _write_receipts(writer: Writer) -> None:
    """Add the receipts, after the rows: a receipt newer than the rows does no harm."""
    for path in receipts.paths():
        with writer.part(f"receipts/{path.name}", is_packed=True) as part:
            part.write(path.read_bytes())


def _write_rows(writer: Writer) -> Moment:
    heads = ChainHead.objects.order_by("pk")  # the first read: the moment is now
    chains = {str(head.pk): Chain(seq=head.seq, hash=head.hash) for head in heads}
    moment = Moment(timezone.now(), compatibility.applied(), chains)
    for model in tables.kept():
        table, columns = model._meta.db_table, rows.columns_of(model)
        write, count = rows.writers(model), 0
        with writer.part(rows_of(table), is_packed=True) as part:
            for found in tables.values(model, moment.at):
                row = [make(value) for make, value in zip(write, found, strict=True)]
                part.write(rows.line(row))
                count += 1
                if file := file_of(table, dict(zip(columns, row, strict=True))):
                    moment.files[file[0]] = file[1]
        last_id = tables.last_id(model)
        moment.tables[table] = Table(columns=columns, rows=count, last_id=last_id)
    return moment


def _write_file(writer: Writer, name: str, size: int) -> None:
    path = path_of(name)
    try:
        file = file_store.opened(path)
    except FileNotFoundError as error:
        msg = (
            f"{file_store.place_of(path)} vanished while the backup was made: it was swept or erased. No"
            " backup was written; make it again."
        )
        raise BackupError(msg) from error
    with file, writer.part(name, is_packed=False) as part:
        while chunk := file.read(CHUNK):
            part.write(chunk)
    kept = writer.members[name]
    if kept.sha256 != hash_in(name) or kept.size != size:
        msg = (
            f"{file_store.place_of(path)} no longer has the bytes it was received with. Restore it from an"
            " earlier backup, or move it away: backups then leave it out and say so."
        )
        raise BackupError(msg)


def _sweep(folder: Path) -> None:
    """Take away what killed backups left in a folder; names with a date never recur."""
    for part in folder.glob(f"attest-*.zip{PART}"):
        with suppress(BackupError), _alone(part):
            part.unlink()


@contextmanager
def _alone(part: Path) -> Iterator[BinaryIO]:
    """The unfinished file, empty, for one process; what a killed one left goes."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            msg = f"{part} is being written by another process."
            raise BackupError(msg) from error
        os.fchmod(file.fileno(), 0o600)
        file.truncate()
        yield file
