"""The worker by Celery in this process: its name, its schedule, and what becomes of faults."""

import pytest
from celery.schedules import schedule
from django.db import OperationalError

from compliance.management import celery_workers
from compliance.models import Lease
from compliance.web import clock, leases, worker
from compliance.web.clock import Look

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ended():
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
    settings.TASKS_URL = "redis://nowhere.invalid"
    looked = []
    look = Look("reminders", lambda: looked.append(1), seconds=0)
    monkeypatch.setattr(celery_workers.OneScheduler, "_looks", {look.name: look})
    monkeypatch.setattr(celery_workers, "_parent_id", celery_workers.os.getppid())
    monkeypatch.setattr(celery_workers, "close_old_connections", lambda: None)
    app = celery_workers.application()
    told = {look.name: {"task": look.name, "schedule": schedule(0)}}
    app.conf.beat_schedule = told
    made = celery_workers.OneScheduler(app)
    made.update_from_dict(told)
    made.looked = looked
    return made


def test_schedule_goes_on_without_the_broker(scheduler):
    assert scheduler.tick() == 0
    assert scheduler.looked == [1]


def test_schedule_that_another_machine_has_stands_still(scheduler):
    leases.take(clock.SCHEDULE, "elsewhere:1")
    assert scheduler.tick() == celery_workers._STANDBY_SECONDS
    assert scheduler.looked == []


def test_schedule_waits_for_a_database_that_is_gone(scheduler, monkeypatch):
    def fail():
        raise OperationalError("gone")

    monkeypatch.setattr(clock, "is_ours", fail)
    assert scheduler.tick() == celery_workers._STANDBY_SECONDS


def test_schedule_ends_with_its_worker(scheduler, monkeypatch):
    monkeypatch.setattr(celery_workers, "_parent_id", 1)
    with pytest.raises(SystemExit):
        scheduler.tick()
