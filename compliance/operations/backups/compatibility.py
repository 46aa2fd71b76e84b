"""Whether a backup fits the program and its tables, and the installation is empty."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from compliance.identity.organisations.models import Organisation, User
from compliance.operations.backups.manifest import BackupError, Manifest
from compliance.reporting.reports.queries import program_version

OURS = "compliance"
Applied = dict[str, list[str]]


def applied() -> Applied:
    """The migrations that the database has had, by app, each sorted."""
    return _by_app(MigrationRecorder(connection).applied_migrations())


def _of_program() -> tuple[Applied, Applied]:
    """The migrations that make the tables of this program, and all that it knows of."""
    ours = MigrationLoader(None).disk_migrations
    replaced = [old for one in ours.values() for old in one.replaces]
    return _by_app(ours), _by_app([*ours, *replaced])


def _by_app(names: Iterable[tuple[str, str]]) -> Applied:
    found: Applied = defaultdict(list)
    for app, name in sorted(set(names)):
        found[app].append(name)
    return dict(found)


def refuse_unmigrated() -> None:
    """Raises ``BackupError`` unless the tables are those of this program."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        msg = "The tables are not those of this program. Run manage.py migrate first."
        raise BackupError(msg)


def refuse_unfit(said: Manifest) -> None:
    """Raises ``BackupError`` for a backup of another version, with what to do."""
    (here, known), there = _of_program(), said.migrations
    ours, theirs = _last(here), _last(there)
    if unknown := _beyond(there, known):
        msg = (
            f"This backup was made by a newer Attest ({said.program}, last migration"
            f" {theirs}): {unknown} is unknown here. Restore it with that version."
        )
        raise BackupError(msg)
    if lacking := _beyond(here, there):
        msg = (
            f"This backup was made by an older Attest ({said.program}, last migration"
            f" {theirs}); the tables of this one are newer ({ours}; {lacking} is not in it)."
            f" Install version {said.program}, restore there, then upgrade."
        )
        raise BackupError(msg)
    if _numbers(said.program) > _numbers(program_version()):
        msg = (
            f"This backup was made by Attest {said.program}, which is newer than this"
            f" one ({program_version()}). Restore it with that version."
        )
        raise BackupError(msg)


def refuse_not_empty() -> None:
    """Raises ``BackupError`` where anybody is at home."""
    organisations, people = Organisation.objects.count(), User.objects.count()
    if organisations or people:
        msg = (
            f"This installation is not empty: organisations {organisations}, people"
            f" {people}. A backup is restored into a new data folder or database: run"
            " manage.py migrate there first."
        )
        raise BackupError(msg)


def _beyond(more: Applied, less: Applied) -> str:
    """The first migration that one has and another has not; "" for none."""
    for app in sorted(more, key=lambda app: app != OURS):
        for name in more[app]:
            if name not in less.get(app, []):
                return f"{app}.{name}"
    return ""


def _last(found: Applied) -> str:
    return (found.get(OURS) or ["none"])[-1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
