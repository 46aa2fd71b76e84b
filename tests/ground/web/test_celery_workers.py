"""The worker by Celery in this process: its name, its schedule, and what becomes of faults."""

import json
import runpy
import threading
from unittest import mock

import pytest
from celery.exceptions import InvalidTaskError
from celery.schedules import schedule
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from kombu import Message

from compliance.ground.web import carrier, clock, leases, worker
from compliance.ground.web.clock import Look
from compliance.management import celery_workers
from compliance.models import Lease

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ended(settings, tmp_path):
    settings.TASKS_URL, settings.DATA_DIR = "redis://nowhere.invalid", tmp_path
    yield
    celery_workers._end()


def names():
    return list(Lease.objects.values_list("name", flat=True))


def test_worker_lives_under_one_name(monkeypatch):
    done = []
    monkeypatch.setattr(worker, "one", lambda *given: done.append(given))
    celery_workers.work("quick")
    celery_workers.work("default")
    (name,) = names()
    assert done == [(name, "quick"), (name, "default")]
    celery_workers._end()
    assert names() == []


def test_job_whose_worker_met_a_fault_is_left_to_others(monkeypatch):
    def fail(name, queue):
        used.append(name)
        raise OperationalError("gone")

    used = []
    monkeypatch.setattr(worker, "one", fail)
    for _ in range(2):
        with pytest.raises(OperationalError):
            celery_workers.work("default")
        assert not leases.is_held(used[-1])
    assert len(set(used)) == 2


@pytest.fixture
def scheduler(settings, monkeypatch):
    """Celery's clock in a process whose parent lives, with one look that is due."""
    looked = []
    look = Look("reminders", lambda: looked.append(1), seconds=0)
    monkeypatch.setattr(celery_workers.OneScheduler, "_threads", {})
    monkeypatch.setattr(celery_workers.OneScheduler, "_looks", {look.name: look})
    monkeypatch.setattr(celery_workers, "_parent_id", celery_workers.os.getppid())
    monkeypatch.setattr(celery_workers, "close_old_connections", lambda: None)
    app = celery_workers.application()
    entries = {look.name: {"task": look.name, "schedule": schedule(0)}}
    app.conf.beat_schedule = entries
    made = celery_workers.OneScheduler(app)
    made.update_from_dict(entries)
    made.looked = looked
    return made


def test_schedule_goes_on_without_the_broker(scheduler):
    assert scheduler.tick() == 0
    scheduler._threads["reminders"].join()
    assert scheduler.looked == [1]


def test_a_long_look_holds_up_no_other_and_is_taken_once(scheduler):
    is_over, is_there, begun = threading.Event(), threading.Event(), []

    def stay():
        begun.append(1)
        is_there.set()
        is_over.wait(10)
        raise InterfaceError("gone")

    scheduler._looks["reminders"] = Look("reminders", stay, seconds=0)
    scheduler.tick()
    assert is_there.wait(10)
    long = scheduler._threads["reminders"]
    assert scheduler.tick() == 0
    assert (long.is_alive(), begun) == (True, [1])
    is_over.set()
    long.join()
    scheduler.tick()
    scheduler._threads["reminders"].join()
    assert begun == [1, 1]


def test_schedule_that_another_machine_has_stands_still(scheduler):
    leases.take(clock.SCHEDULE, "elsewhere:1")
    assert scheduler.tick() == celery_workers._STANDBY_SECONDS
    assert scheduler.looked == []


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_schedule_waits_for_a_database_that_is_gone(scheduler, monkeypatch, error):
    def fail():
        raise error("gone")

    monkeypatch.setattr(clock, "is_ours", fail)
    assert scheduler.tick() == celery_workers._STANDBY_SECONDS


def test_schedule_ends_with_its_worker(scheduler, monkeypatch):
    monkeypatch.setattr(celery_workers, "_parent_id", 1)
    with pytest.raises(SystemExit):
        scheduler.tick()


def message(body, **headers):
    """A message that someone who may write to the broker has put there."""
    return Message(
        body=json.dumps(body),
        headers={"id": "1", "task": carrier.TASK} | headers,
        content_type="application/json",
        content_encoding="utf-8",
        accept={"application/json"},
    )


@pytest.fixture
def hear():
    """The decision of a worker about a message."""
    app, consumer = celery_workers.application(), mock.MagicMock()
    consumer.hostname, consumer.event_dispatcher = "here", None
    consumer.controller.state.revoked = set()
    take = app.tasks[carrier.TASK].start_strategy(app, consumer)

    def heard(given):
        take(given, None, None, None, None)
        ((request,), _) = consumer.on_task_request.call_args
        return request

    return heard


@pytest.mark.parametrize("seconds", ["59", "0", "-1"])
def test_time_limit_that_would_kill_at_once_is_refused(monkeypatch, tmp_path, seconds):
    monkeypatch.setenv("ATTEST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ATTEST_TASK_SECONDS", seconds)
    with pytest.raises(ImproperlyConfigured, match="TASK_SECONDS is 60 or more"):
        runpy.run_path(str(configured.BASE_DIR / "compliance" / "settings.py"))


def test_worker_knows_one_task():
    assert set(celery_workers.application().tasks) == {carrier.TASK}


@pytest.mark.parametrize(("queue", "seconds"), [("quick", 300), ("default", 900)])
def test_time_limits_come_from_the_queue_and_not_from_the_message(hear, settings, queue, seconds):
    settings.TASK_SECONDS = 900
    orders = {"timelimit": [1, 1], "eta": "2999-01-01T00:00:00", "shadow": "another"}
    request = hear(message([[queue], {}, {"chain": None}], **orders))
    assert request.time_limits == (seconds + 60, seconds)
    assert (request.eta, request.name) == (None, carrier.TASK)


@pytest.mark.parametrize(
    "body",
    [
        [["*"], {}, {}],
        [["celery"], {}, {}],
        [["quick", "default"], {}, {}],
        [[], {"queue": "quick"}, {}],
        [[["quick"]], {}, {}],
        [["quick"], {"more": 1}, {}],
        [["quick"], {}, {"callbacks": [{"task": "another"}]}],
        [["quick"], {}, None],
        {"args": ["quick"], "kwargs": {}, "timelimit": [1, 1]},
        {"args": None},
        [],
        7,
        None,
    ],
)
def test_message_that_says_anything_else_is_dropped(hear, body):
    with pytest.raises(InvalidTaskError):
        hear(message(body))
