"""Announces work to workers on other machines: by Celery, in Redis or RabbitMQ.

A job is a row, written in the transaction that asks for it. A message says only "there is
work in this queue", and whoever takes it does the most urgent job that is due. So a message
may be lost, doubled or forged: the look ``call_workers`` sends those that lack, and one too
many finds nothing to do. Nothing about people or their work is ever in the broker.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult, get_date_max

from compliance.ground.web.circuit_breaker import CircuitBreaker
from compliance.ground.web.queues import DEFAULT, QUEUES, QUICK

TASK = "attest.work"
QUICK_SECONDS = 300
"""The time limit of work in the queue of quick work."""
_CONNECT_SECONDS, _ANSWER_SECONDS = 0.5, 0.5
_MOST = 1000
"""Messages that lie in a queue at the most, should no worker take them: a look sends more later."""


class CarriedBackend(DatabaseBackend):
    """The queue in the database; workers hear of a new job once it is committed."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        """Write the row; a job for a later moment is announced when that has come."""
        result: Any = super().enqueue(task, args, kwargs)
        if result.db_result.run_after == get_date_max():
            transaction.on_commit(lambda: call(task.queue_name), robust=True)
        return result


def address_of(queue: str) -> str:
    """The name of a queue in the broker, which others may use, too."""
    return f"attest.{queue}"


def configured(name: str, **options: Any) -> Any:
    """A Celery application that reads and writes such messages only.

    It accepts JSON, knows no remote control and keeps no results.
    """
    from celery import Celery  # noqa: PLC0415 - optional, and large
    from kombu.entity import Exchange, Queue  # noqa: PLC0415 - the same

    app = Celery(name, broker=settings.TASKS_URL, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        result_expires=None,
        task_queues=[Queue(name, Exchange("attest"), routing_key=name) for name in map(address_of, QUEUES)],
        task_default_queue=address_of(DEFAULT),
        task_create_missing_queues=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        **options,
    )
    return app


@cache
def _sender() -> Any:
    """The application of a process that sends: it gives up at once."""
    waits = {
        "socket_connect_timeout": _CONNECT_SECONDS,
        "socket_timeout": _ANSWER_SECONDS,
        "connect_timeout": _CONNECT_SECONDS,
        "read_timeout": _ANSWER_SECONDS,
        "write_timeout": _ANSWER_SECONDS,
        "max_retries": 0,
    }
    if settings.TASKS_URL.startswith("amqp"):
        waits = {name: waits[name] for name in waits if not name.startswith("socket")}
    return configured(
        "attest-sender",
        broker_transport_options=waits,
        broker_connection_timeout=_CONNECT_SECONDS,
        broker_heartbeat=0,
    )


def prepare() -> None:
    """Load the libraries when the process starts, not while someone waits for a save."""
    if settings.TASKS_URL:
        with _sender().connection_for_write() as connection:
            _ = connection.transport, _sender().amqp  # neither calls anybody


_breaker = CircuitBreaker("The broker does not answer (%s): jobs wait for it.")


def call(queue: str, due: int | None = None) -> int:
    """Send a message, or those that lack for so much work that is due; how many.

    None where so many lie there that more would help nobody, or the broker takes none.
    """
    sent = 0
    if not _breaker.is_closed:
        return sent
    try:
        waiting = _waiting(queue)
        wanted = waiting + 1 if due is None else due
        for _ in range(min(wanted, _MOST) - waiting):
            _send(queue)
            sent += 1
    except Exception as error:  # each transport has its own, and none may stop a save
        _breaker.trip(error)
    return sent


def _send(queue: str) -> None:
    _sender().send_task(TASK, args=[queue], queue=address_of(queue), retry=False)


def time_limit(queue: str) -> int:
    """Seconds of one job of a queue."""
    return QUICK_SECONDS if queue == QUICK else settings.TASK_SECONDS


def answers() -> bool:
    """Whether the broker answers now; asks it even while it is left alone."""
    try:
        _waiting(QUICK)
    except Exception:  # each transport has its own
        return False
    return True


def _waiting(queue: str) -> int:
    """Messages that lie in the broker."""
    app = _sender()
    with app.pool.acquire(block=True) as connection:
        bound = app.amqp.queues[address_of(queue)](connection.default_channel)
        return int(bound.queue_declare().message_count)


def call_workers() -> int:
    """Send the messages that lack for work that is due; how many.

    They lack for jobs whose moment has come, for those of killed workers, and where the
    broker was gone.
    """
    sent = 0
    for queue in QUEUES:
        due = DBTaskResult.objects.ready().filter(queue_name=queue).count()
        if due:
            sent += call(queue, due)
    return sent
