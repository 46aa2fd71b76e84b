"""Reading all of a backup and saying what is wrong with it. Changes nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from compliance.ground.web.bucket import AwayError
from compliance.operations.backups import places
from compliance.operations.backups.archive import Reader
from compliance.operations.backups.manifest import (
    BackupError,
    Table,
    file_of,
    hash_in,
    rows_of,
)
from compliance.operations.backups.places import Where


@contextmanager
def opened(where: Where) -> Iterator[Reader]:
    """A backup of which every bit was checked: parts, hashes, sizes, rows and files.

    Raises ``BackupError`` with the first thing that is wrong, and where; ``AwayError``
    when a bucket does not give all of it, which says nothing about the backup.
    """
    try:
        file = places.opened(where)
    except AwayError:
        raise
    except OSError as error:
        msg = f"it cannot be opened: {error.strerror or 'it is not there'}"
        raise BackupError(msg) from error
    with file:
        backup = Reader(file)
        _check(backup)
        yield backup


def rows(backup: Reader, table: str) -> Iterator[list[Any]]:
    """The rows of a table as ``rows.line`` wrote them."""
    name, width = rows_of(table), len(backup.manifest.tables[table].columns)
    for number, line in enumerate(backup.lines(name), 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            msg = f"{name}: row {number} is not JSON"
            raise BackupError(msg) from error
        if not isinstance(row, list) or len(row) != width:
            msg = f"{name}: row {number} does not have the {width} columns of its table"
            raise BackupError(msg)
        yield row


def _check(backup: Reader) -> None:
    said = backup.manifest
    if lost := sorted(set(said.members) - backup.names):
        msg = f"{lost[0]} is missing"
        raise BackupError(msg)
    if strange := sorted(backup.names - set(said.members)):
        msg = f"{strange[0]} is in it, and the manifest does not know it"
        raise BackupError(msg)
    known = {rows_of(table) for table in said.tables}
    found = {name for name in said.members if name.startswith("rows/")}
    if known != found:
        msg = f"{min(known ^ found)}: tables and parts with rows differ"
        raise BackupError(msg)
    files: dict[str, int] = {}
    for table, expected in said.tables.items():
        files |= _check_rows(backup, table, expected)
    _check_files(backup, files)
    if not backup.is_intact:
        msg = "bytes between its parts, or in its table of contents, were changed"
        raise BackupError(msg)


def _check_rows(backup: Reader, table: str, expected: Table) -> dict[str, int]:
    """Count the rows of a table; the files they name."""
    count, files = 0, {}
    for row in rows(backup, table):
        count += 1
        if file := file_of(table, dict(zip(expected.columns, row, strict=True))):
            files[file[0]] = file[1]
    if count != expected.rows:
        msg = f"{rows_of(table)} has {count} rows, and the manifest says {expected.rows}"
        raise BackupError(msg)
    return files


def _check_files(backup: Reader, files: dict[str, int]) -> None:
    said = backup.manifest
    for name, member in said.members.items():
        if name.startswith("rows/"):
            continue
        for _ in backup.chunks(name):
            pass
        if not (sha256 := hash_in(name)):
            continue
        if sha256 != member.sha256:
            msg = f"{name} does not match the hash in its name"
            raise BackupError(msg)
        if files.pop(name, None) != member.size:
            msg = f"{name}: no row names a file of that name and size"
            raise BackupError(msg)
    if lost := sorted(set(files) - set(said.missing)):
        msg = f"{lost[0]} is missing, though a row names it"
        raise BackupError(msg)
