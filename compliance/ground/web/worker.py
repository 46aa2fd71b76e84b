"""The task worker: a thread of one of the web processes of ``serve``.

Larger ones set ``ATTEST_RUN_WORKER=off`` and run ``manage.py db_worker`` instead, or set
``ATTEST_TASKS_URL`` and run ``manage.py celery_worker`` on any machine. There the thread does
only what has waited too long: the broker is gone, or all workers are.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from django.conf import settings
from django.db import close_old_connections
from django.db.models import Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult, get_date_max

from compliance.call_stack import with_room
from compliance.ground.web import leases

logger = logging.getLogger(__name__)
DAY_SECONDS = 24 * 60 * 60

LATE = timedelta(minutes=1)
"""How long due work waits for the workers of the broker."""
_LOOK_SECONDS = 10


def start_if_wanted() -> None:
    """Start the worker thread, unless the setting says no; it ends with the process."""
    if settings.RUN_WORKER:
        threading.Thread(target=_run_for_ever, name="task-worker", daemon=True).start()


def _run_for_ever() -> None:
    with _alone():
        _go_on()


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process of this data folder has the thread, then have it."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "worker-turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _go_on() -> None:
    while True:
        try:
            _help_out() if settings.TASKS_URL else run()
        except Exception:
            logger.exception("The task worker stopped; it starts again in 5 s.")
            time.sleep(5)
        finally:
            close_old_connections()


def _help_out() -> None:
    """Do what the workers of the broker have left lying, as often as they do.

    Jobs of killed workers are put back by the schedule (``schedule.py``).
    """
    while True:
        time.sleep(_LOOK_SECONDS)
        if is_late():
            run(batch=True)
        close_old_connections()


def is_late() -> bool:
    """Whether work that is due has waited for longer than workers should let it."""
    due = timezone.now() - LATE
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=due)
    return waiting.filter(Q(run_after__lt=due) | Q(run_after=get_date_max())).exists()


@with_room
def run(*, batch: bool = False) -> None:
    """Do what is queued, first what a killed worker left; ``batch`` ends after it."""
    worker_id = f"embedded-{uuid4().hex}"
    take_up_again()
    with alive(worker_id):
        _worker(worker_id, batch=batch).run()


def one(worker_id: str, queue: str) -> None:
    """Do the most urgent job of a queue that is due, if there is one."""
    _worker(worker_id, batch=True, queues=[queue], max_tasks=1).run()


def _worker(
    worker_id: str,
    *,
    batch: bool = False,
    queues: list[str] | None = None,
    max_tasks: int | None = None,
) -> Worker:
    return Worker(
        queue_names=queues or ["*"],
        excluded_queue_names=[],
        interval=1,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=max_tasks,
        worker_id=worker_id,
    )


@contextmanager
def alive(worker_id: str) -> Iterator[None]:
    """Hold the lock of who works, which ends with the process however that ends.

    It is a lock on a file; where workers are on many machines, a lease in the database, too.
    """
    path = _lock_of(worker_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with leases.held(worker_id) if settings.TASKS_URL else nullcontext():
                yield
        finally:
            path.unlink(missing_ok=True)


def is_alive(worker_id: str) -> bool:
    """Whether a process holds the lock of that name, or the lease.

    Both count with and without a broker: while one is set up, processes of both kinds run.
    """
    return _is_held(_lock_of(worker_id)) or leases.is_held(worker_id)


def take_up_again() -> None:
    """Put back what killed workers left running: tasks are idempotent."""
    for task in DBTaskResult.objects.running():
        if not any(is_alive(one) for one in task.worker_ids[-1:]):
            left = DBTaskResult.objects.running().filter(pk=task.pk)
            same = left.filter(worker_ids=task.worker_ids)  # nobody else was faster
            same.update(status=TaskResultStatus.READY)
    for lock in _folder().glob("*"):
        if lock.stat().st_mtime < time.time() - DAY_SECONDS and not _is_held(lock):
            lock.unlink(missing_ok=True)


def _is_held(path: Path) -> bool:
    """Whether a process holds a lock."""
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _lock_of(worker_id: str) -> Path:
    return _folder() / quote(worker_id, safe="")


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "workers"
