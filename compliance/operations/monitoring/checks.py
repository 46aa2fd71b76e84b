"""Checks that the readiness probe, the metrics and the alerts share: each written once."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Case, F, Min, When
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from compliance.ground.web import carrier, file_store, replica
from compliance.operations.backups import backup
from compliance.proof.audit import checkpoints

FRESH_SECONDS = 5
"""How long results are shown again: anybody can ask for them, as often as they like."""
TASK_SECONDS = 10 * 60


class Status(StrEnum):
    """How a check ended: as it should, with something to look into, or with no service."""

    PASS = "pass"  # noqa: S105 - a word of readiness
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """A figure, and the bound within which it is well."""

    name: str
    metric: str
    says: str
    measure: Callable[[], float | None]
    """None where there is nothing to measure: no backup, no task, no checkpoint due."""
    is_well: Callable[[float | None], bool]
    is_vital: bool = False
    """Whether a process that fails it can serve nobody."""


@dataclass(frozen=True, slots=True)
class Result:
    """The finding of a check; no value where it could not be measured."""

    check: Check
    value: float | None
    status: Status


def _database() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return 1


@cache
def _migrations_of_program() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


def missing_migrations() -> int:
    """How many migrations of this program the database lacks."""
    applied = MigrationRecorder(connection).applied_migrations()
    return len(_migrations_of_program() - set(applied))


def _free_bytes() -> float:
    return shutil.disk_usage(settings.DATA_DIR).free


def _task_wait() -> float | None:
    due = Case(When(run_after=get_date_max(), then=F("enqueued_at")), default=F("run_after"))
    return _seconds_since(DBTaskResult.objects.ready().aggregate(at=Min(due))["at"])


def _checkpoint_wait() -> float | None:
    return _seconds_since(checkpoints.unsigned_since())


def _backup_age() -> float | None:
    return _seconds_since(backup.last_made())


def _seconds_since(moment: datetime | None) -> float | None:
    return (timezone.now() - moment).total_seconds() if moment else None


def _at_most(bound: Callable[[], float]) -> Callable[[float | None], bool]:
    return lambda value: value is None or value <= bound()


def _is_up_if_used(value: float | None) -> bool:
    return value in {None, 1}


def _redis() -> float | None:
    if not settings.REDIS_URL:
        return None
    from compliance.ground.web import redis_cache  # noqa: PLC0415 - needs a package of production

    return float(redis_cache.answers())


def _broker() -> float | None:
    if not settings.TASKS_URL:
        return None
    return float(carrier.answers())


def _replica() -> float | None:
    return float(replica.follows()) if settings.REPLICA_URL else None


def _files() -> float | None:
    return float(file_store.answers()) if file_store.is_remote() else None


CHECKS = (
    Check(
        "database",
        "attest_database_up",
        "1 when the database answers.",
        _database,
        lambda value: value == 1,
        is_vital=True,
    ),
    Check(
        "migrations",
        "attest_migrations_missing",
        "Migrations of this program that the database lacks.",
        missing_migrations,
        lambda value: value == 0,
        is_vital=True,
    ),
    Check(
        "disk",
        "attest_disk_free_bytes",
        "Bytes free on the disk of the data folder.",
        _free_bytes,
        lambda value: value is not None and value >= settings.DISK_FREE_BYTES,
    ),
    Check(
        "tasks",
        "attest_task_wait_seconds",
        "Seconds for which the oldest task that is due has waited.",
        _task_wait,
        _at_most(lambda: TASK_SECONDS),
    ),
    Check(
        "checkpoints",
        "attest_checkpoint_wait_seconds",
        "Age of the oldest event that no checkpoint of the trail covers.",
        _checkpoint_wait,
        _at_most(lambda: 2 * 60 * (settings.CHECKPOINT_MINUTES or float("inf"))),
    ),
    Check(
        "files",
        "attest_files_up",
        "1 when the store of files answers; no value for a folder.",
        _files,
        _is_up_if_used,
    ),
    Check(
        "replica",
        "attest_replica_up",
        f"1 when the replica is {replica.LAG_SECONDS:.0f} seconds behind at most; no value without one.",
        _replica,
        _is_up_if_used,
    ),
    Check(
        "redis",
        "attest_redis_up",
        "1 when Redis answers; no value without one.",
        _redis,
        _is_up_if_used,
    ),
    Check(
        "broker",
        "attest_broker_up",
        "1 when the broker of tasks answers; no value without one.",
        _broker,
        _is_up_if_used,
    ),
    Check(
        "backup",
        "attest_backup_age_seconds",
        "Age of the last backup: the newest in its bucket, or the last of this data folder.",
        _backup_age,
        lambda value: (
            not settings.BACKUP_HOURS or (value is not None and value <= settings.BACKUP_HOURS * 60 * 60)
        ),
    ),
)

_kept: tuple[float, list[Result]] | None = None


def results() -> list[Result]:
    """Every check once, at most five seconds old."""
    global _kept  # noqa: PLW0603 - two threads at once only measure twice
    if _kept is None or time.monotonic() - _kept[0] > FRESH_SECONDS:
        _kept = time.monotonic(), [_run(check) for check in CHECKS]
    return _kept[1]


def overall(found: list[Result]) -> Status:
    """The worst of the results: a warning takes no machine out of service."""
    worst = {one.status for one in found}
    return next(s for s in (Status.FAIL, Status.WARN, Status.PASS) if s in worst)


def _run(check: Check) -> Result:
    try:
        value = check.measure()
        is_well = check.is_well(value)
    except (DatabaseError, OSError):
        value, is_well = None, False
    if is_well:
        return Result(check, value, Status.PASS)
    return Result(check, value, Status.FAIL if check.is_vital else Status.WARN)
