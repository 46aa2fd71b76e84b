"""The task worker inside the web process, for installations with one process.

Larger ones set ``ATTEST_RUN_WORKER=off`` and run ``manage.py db_worker`` instead.
"""

import logging
import socket
import threading
import time

from django.conf import settings
from django.db import close_old_connections
from django.tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)


def start_if_wanted() -> None:
    """Start the worker thread, unless the setting says no; it ends with the process."""
    if settings.RUN_WORKER:
        threading.Thread(target=_run_for_ever, name="task-worker", daemon=True).start()


def _run_for_ever() -> None:
    worker_id = f"embedded-{socket.gethostname()}"[:32]
    while True:
        try:
            _take_up_again(worker_id)
            _worker(worker_id).run()
        except Exception:
            logger.exception("The task worker stopped; it starts again in 5 s.")
            time.sleep(5)
        finally:
            close_old_connections()


def _worker(worker_id: str) -> Worker:
    return Worker(
        queue_names=["default"],
        excluded_queue_names=[],
        interval=1,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
    )


def _take_up_again(worker_id: str) -> None:
    """Put back what a killed process of this host left running: tasks are idempotent."""
    for task in DBTaskResult.objects.running():
        if worker_id in task.worker_ids:
            task.status = TaskResultStatus.READY
            task.save(update_fields=["status"])
