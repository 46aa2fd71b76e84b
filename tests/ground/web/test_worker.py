"""Jobs that a killed worker left running are taken up again, by whoever starts next."""

import threading

import pytest
from django.core.management import call_command
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from compliance.ground.web import leases, mail, worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def running(worker_id):
    mail.send.enqueue("ada@example.org", "", "", 0)
    task = DBTaskResult.objects.get()
    task.claim(worker_id)
    return task


def status():
    return DBTaskResult.objects.get().status


def test_task_of_a_dead_worker_is_put_back(settings):
    running("gone")
    worker.take_up_again()
    assert status() == "READY"


def test_task_of_a_living_worker_is_left_to_it():
    with worker.alive("here/1"):
        running("here/1")
        worker.take_up_again()
        assert status() == "RUNNING"
    worker.take_up_again()
    assert status() == "READY"


@pytest.mark.parametrize("urls", [("redis://broker", ""), ("", "redis://broker")])
def test_workers_with_and_without_a_broker_see_each_other(settings, urls):
    settings.TASKS_URL, other = urls
    with worker.alive("here"):
        settings.TASKS_URL = other
        assert worker.is_alive("here")
    assert not worker.is_alive("here")


def test_worker_with_a_broker_holds_both_its_lock_and_its_lease(settings, tmp_path):
    settings.TASKS_URL = "redis://broker"
    with worker.alive("here"):
        assert leases.is_held("here")
        assert worker._is_held(worker._lock_of("here"))
        settings.DATA_DIR = tmp_path / "another machine"
        assert worker.is_alive("here")
    assert not worker.is_alive("here")


def test_worker_of_its_own_takes_up_what_was_left(monkeypatch):
    # It renews its connection, which here is the one of the test.
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
    running("gone")
    call_command("db_worker", worker_id="new", batch=True, verbosity=0)
    assert status() == "SUCCESSFUL"
    assert DBTaskResult.objects.get().worker_ids == ["gone", "new"]
    assert list(worker._folder().iterdir()) == []


def test_of_several_processes_one_works_and_the_next_takes_its_place(settings):
    began, ended, second = [threading.Event() for _ in range(3)]

    def work(began, ended):
        with worker._alone():
            began.set()
            ended.wait(10)

    first = threading.Thread(target=work, args=[began, ended])
    other = threading.Thread(target=work, args=[second, ended])
    first.start()
    assert began.wait(10)
    other.start()
    assert not second.wait(0.3)
    ended.set()
    assert second.wait(10)
    first.join()
    other.join()
