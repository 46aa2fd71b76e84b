"""Each digest goes out once: when its process is killed, and when two look at once."""

import pytest

pytestmark = pytest.mark.slow

BEGIN = """
import json, os, signal, sys, threading
os.environ["ATTEST_MAIL_HOST"] = "127.0.0.1"
import django
django.setup()
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from compliance.reporting.calendar import actions, tasks
from compliance.models import Event, Reminders
from compliance.ground.web.worker import _worker, take_up_again
from tests.support import factories

cast = factories.make_cast()
actions.set_rules(by=cast.ada, organisation=cast.acme, rhythm="never", escalate_days=1)
chosen = {"rhythm": "daily", "hour": 7, "weekday": 0, "language": "en", "time_zone": ""}
for person in (cast.con, cast.otto):
    actions.set_reminders(by=person, organisation=cast.acme, chosen=chosen)

def something_new():
    today = timezone.localdate()
    factories.make_action(cast.acme, cast.ada, due_on=today, owner=cast.con)
    factories.make_action(
        cast.acme, cast.ada, due_on=today - timedelta(days=1), owner=cast.rob
    )
    Reminders.objects.update(next_at=timezone.now() - timedelta(minutes=1))

def act():
    tasks.queue_due()
    worker = _worker(f"w{threading.get_ident()}")
    ready = DBTaskResult.objects.filter(task_path=tasks.send_digest.module_path).ready()
    for task in list(ready):
        try:
            task.claim(worker.worker_id)
        except Exception:
            continue
        worker.run_task(task)

def counted():
    mails = DBTaskResult.objects.filter(task_path="compliance.ground.web.mail.send")
    to = [row.args_kwargs["args"][0] for row in mails]
    people = [to.count(cast.con.email), to.count(cast.otto.email)]
    events = Event.objects.filter(action="reminders.escalated").count()
    return [*people, len(to), events, sum(Reminders.objects.values_list("mailed", flat=True))]
"""

KILLS = f"""{BEGIN}
def run(left):
    connection.close()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    def count(execute, *args):
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*args)
    with connection.execute_wrapper(count):
        act()
    os._exit(0)

counts, at, is_ended = [], 0, False
while not is_ended:
    something_new()
    is_ended = run(at)
    take_up_again()
    act()
    counts.append(counted())
    at += int(sys.argv[1])
print(json.dumps(counts))
"""

THREADS = f"""{BEGIN}
def look():
    try:
        act()
    finally:
        connection.close()

counts = []
for _ in range(int(sys.argv[1])):
    something_new()
    threads = [threading.Thread(target=look) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    act()
    counts.append(counted())
print(json.dumps(counts))
"""


@pytest.mark.parametrize("step", [20, pytest.param(1, marks=pytest.mark.long)])
def test_digest_whose_process_is_killed_goes_out_once(race, step):
    counts = race(KILLS, step)
    assert len(counts) > 60 / step
    expected = [[n, n, 2 * n, n, 2 * n] for n in range(1, len(counts) + 1)]
    assert counts == expected


@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.long)])
def test_four_that_look_at_once_send_it_once(race, rounds):
    expected = [[n, n, 2 * n, n, 2 * n] for n in range(1, rounds + 1)]
    assert race(THREADS, rounds) == expected
