"""Names that processes hold in the database, however many machines there are."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django_tasks_db.models import DBTaskResult

from compliance.ground.web import clock, leases, mail, worker
from compliance.models import Lease

pytestmark = pytest.mark.django_db


def run_out():
    Lease.objects.update(until=Now() - timedelta(seconds=1))


def test_name_is_held_by_one_until_nobody_renews_it():
    assert leases.take("schedule", "a:1")
    assert not leases.take("schedule", "b:1")
    assert leases.take("schedule", "a:1")
    run_out()
    assert not leases.is_held("schedule")
    assert leases.take("schedule", "b:1")
    assert not leases.take("schedule", "a:1")


def test_name_that_was_given_back_is_free_at_once():
    leases.take("schedule", "a:1")
    leases.give_back("schedule", "b:1")
    assert leases.is_held("schedule")
    leases.give_back("schedule", "a:1")
    assert leases.take("schedule", "b:1")


def test_what_ended_long_ago_is_forgotten():
    leases.take("new", "a")
    leases.take("old", "a")
    Lease.objects.filter(name="old").update(until=Now() - timedelta(hours=25))
    leases.forget_ended()
    assert list(Lease.objects.values_list("name", flat=True)) == ["new"]


RACE = """
import django, json, sys, threading, time
django.setup()
from datetime import timedelta
from django.db import connections
from django.db.models.functions import Now
from compliance.models import Lease
from compliance.ground.web import leases
won = {}
def take(round, holder, start):
    start.wait()
    if leases.take(f"schedule {round}", holder):
        won.setdefault(round, []).append(holder)
    connections.close_all()
for round in range(int(sys.argv[1])):
    start = threading.Barrier(16)
    given = [(round, f"a:{n}", start) for n in range(16)]
    threads = [threading.Thread(target=take, args=one) for one in given]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
leases.RENEWAL_SECONDS = 0.02
with leases.held("here"):
    Lease.objects.filter(name="here").update(until=Now() - timedelta(seconds=1))
    end = time.monotonic() + 20
    while not leases.is_held("here") and time.monotonic() < end:
        time.sleep(0.02)
    is_renewed = leases.is_held("here")
left = Lease.objects.filter(name="here").exists()
print(json.dumps([[len(holders) for holders in won.values()], is_renewed, left]))
"""


@pytest.mark.slow
def test_one_of_sixteen_gets_a_name_and_a_holder_renews_it(race):
    assert race(RACE, 5) == [[1] * 5, True, False]


def test_one_machine_of_two_has_the_schedule(settings):
    assert clock.is_ours()
    assert not Lease.objects.exists()
    settings.TASKS_URL = "redis://broker"
    leases.take(clock.SCHEDULE, "another:1")
    assert not clock.is_ours()
    run_out()
    assert clock.is_ours()


def test_job_goes_on_at_another_machine_once_the_lease_has_ended(settings, tmp_path):
    settings.TASKS_URL, settings.DATA_DIR = "redis://broker", tmp_path
    mail.send.enqueue("ada@example.org", "", "", 0)
    task = DBTaskResult.objects.get()
    task.claim("celery-elsewhere")
    leases.take("celery-elsewhere", "celery-elsewhere")
    worker.take_up_again()
    assert DBTaskResult.objects.get().status == "RUNNING"
    run_out()
    worker.take_up_again()
    assert DBTaskResult.objects.get().status == "READY"


def test_job_that_another_has_begun_meanwhile_is_left_to_it(monkeypatch):
    mail.send.enqueue("ada@example.org", "", "", 0)
    task = DBTaskResult.objects.get()
    task.claim("gone")

    def look(name):
        if name == "gone":
            task.claim("faster")
        return name != "gone"

    monkeypatch.setattr(worker, "is_alive", look)
    worker.take_up_again()
    assert DBTaskResult.objects.get().status == "RUNNING"
