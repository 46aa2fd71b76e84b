"""Workers by Celery, with the schedule in one of them. Needs the packages of Celery.

A message is "there is work in this queue" (``web/carrier.py``): its taker does the most urgent
job that is due there, by the same code as the worker that is embedded in the web process.
"""

import logging
import os
import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

from celery import signals
from celery.beat import Scheduler
from celery.exceptions import InvalidTaskError
from celery.schedules import schedule
from celery.worker.request import Request
from celery.worker.strategy import default
from django.conf import settings
from django.db import Error, close_old_connections, connections

from compliance import schedule as own_schedule
from compliance.call_stack import with_room
from compliance.ground.web import carrier, clock, worker
from compliance.ground.web.queues import QUEUES

_STANDBY_SECONDS = 5
_parent_id = os.getpid()
_held = ExitStack()
_worker_id = ""


class OneScheduler(Scheduler):  # type: ignore[misc]
    """Celery's clock, which stands still while a process elsewhere has the schedule.

    It looks in its own process, so that the schedule goes on without the broker, and in
    threads, so that nothing waits for a look that takes long.
    """

    producer = None
    max_interval = _STANDBY_SECONDS
    _looks = {look.name: look for look in own_schedule.looks()}
    _threads: ClassVar[dict[str, threading.Thread]] = {}

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Do one thing that is due; seconds until the next."""
        if os.getppid() != _parent_id:
            raise SystemExit
        try:
            if clock.is_ours():
                return float(super().tick(*args, **kwargs))
        except Error:
            clock.logger.exception("The schedule waits for the database.")
        finally:
            close_old_connections()
        return _STANDBY_SECONDS

    def apply_async(self, entry: Any, *args: Any, **kwargs: Any) -> None:
        """Begin to look, unless the last such look still does."""
        before = self._threads.get(entry.task)
        if before is None or not before.is_alive():
            act = partial(_look, self._looks[entry.task])
            thread = threading.Thread(target=act, name=entry.task, daemon=True)
            self._threads[entry.task] = thread
            thread.start()


def _look(look: clock.Look) -> None:
    """Look once, by connections that end with the thread."""
    try:
        with clock.logged(look):
            look.act()
    finally:
        connections.close_all()


class Call(Request):  # type: ignore[misc]
    """A message that names a queue; its headers, time limits among them, count for nothing."""

    def __init__(self, message: Any, **more: Any) -> None:
        headers = {"id": uuid4().hex, "task": carrier.TASK}
        super().__init__(message, **more | {"headers": headers})
        _, _, orders = message.payload
        is_plain = not self.kwargs and not any(orders.values())
        if self.args not in [[queue] for queue in QUEUES] or not is_plain:
            msg = "It names no queue, or says more."
            raise InvalidTaskError(msg)
        seconds = carrier.time_limit(self.args[0])
        self.time_limits = (seconds + 60, seconds)


def heard(*given: Any) -> Any:
    """Takes messages, and drops one that makes no sense.

    Celery's own code lets it end the worker, and then the next one, which it goes to.
    """
    take = default(*given)

    def take_or_drop(message: Any, *more: Any) -> Any:
        try:
            return take(message, *more)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InvalidTaskError from error

    return take_or_drop


def application() -> Any:
    """The Celery application of a worker, which knows one task."""
    app = carrier.configured(
        "attest",
        worker_prefetch_multiplier=1,
        task_acks_late=True,  # so that no message waits behind a long job
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        beat_scheduler=OneScheduler,
        beat_schedule={
            look.name: {"task": look.name, "schedule": schedule(look.seconds)}
            for look in own_schedule.looks()
        },
    )
    app.task(name=carrier.TASK, Request=Call, Strategy=f"{__name__}:heard")(work)
    for name in set(app.tasks) - {carrier.TASK}:
        app.tasks.unregister(name)
    signals.worker_process_init.connect(_count_tasks)
    signals.worker_process_shutdown.connect(_end)
    return app


@with_room
def work(queue: str) -> None:
    """Do the most urgent job of a queue, if one is due.

    Any other end than the outcome of a job, a database that is gone say, may leave
    one half done: its worker goes on under a new name, so that another takes the job.
    """
    if not _worker_id:
        _begin()
    try:
        worker.one(_worker_id, queue)
    except BaseException:
        _end()
        raise


def run(queues: Sequence[str], processes: int) -> None:
    """Work for these queues until a signal comes, and finish the jobs under way."""
    connections.close_all()  # each process has its own
    for chatty in ("celery.beat", "django_tasks_db"):  # some lines every second
        logging.getLogger(chatty).setLevel(logging.WARNING)
    application().worker_main(
        [
            *("worker", "--beat", "--pool=prefork", f"--concurrency={processes}"),
            *("--queues", ",".join(map(carrier.address_of, queues))),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            *("--hostname", f"{uuid4().hex}@%h", "--loglevel", settings.LOG_LEVEL),
        ]
    )


def _begin() -> None:
    """This process of the pool lives, from here on, under a name of its own."""
    global _worker_id  # noqa: PLW0603 - of this process
    name = f"celery-{socket.gethostname()[:40]}-{uuid4().hex[:12]}"
    _held.enter_context(worker.alive(name))
    _worker_id = name


def _end(**_: Any) -> None:
    global _worker_id  # noqa: PLW0603 - of this process
    _worker_id = ""
    with suppress(Error):  # the lease then runs out by itself
        _held.close()


def _count_tasks(**_: Any) -> None:
    if settings.METRICS_TOKEN:
        from compliance.operations.monitoring import metrics  # noqa: F401, PLC0415 - it counts them
