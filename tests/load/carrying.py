"""The work that tests of Celery workers do inside their site: ask for reports, look.

``python -m tests.load.carrying work 1`` becomes a worker whose reports take a second and
whose leases run out after three. ``... listen`` reads calls, a line of JSON each, and writes
what they return: ``["ask", ASSESSMENT, 5]`` asks for reports, ``["wait", 60]`` waits until
all have ended, ``["state"]`` says how.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from unittest import mock

import django
from django.conf import settings

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from compliance.ground.web import carrier, file_store, leases, mail  # noqa: E402
from compliance.models import Assessment, Event, Lease, Report  # noqa: E402
from compliance.proof.audit import verification  # noqa: E402
from compliance.proof.press import process  # noqa: E402
from compliance.proof.press.sharing import MAKER  # noqa: E402
from compliance.reporting.reports import actions, pdf_engine, split, storage, tasks  # noqa: E402
from tests.load.inside import seed  # noqa: E402
from tests.load.jobs import render, seal, whole  # noqa: E402

SECONDS = float(os.environ.get("REPORT_SECONDS_OF_TESTS", "3"))
TASK_SECONDS = int(os.environ.get("TASK_SECONDS_OF_TESTS", "600"))


def slow_render(pieces, css, path, listen, attachments, **more):
    """A small file, after a while in which it says how far it is."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        listen("Laying out pages", 10)
        time.sleep(0.1)
    return render(pieces, css, path, listen, attachments, **more)


def work(*given):
    with (
        mock.patch.object(actions, "render", slow_render),
        mock.patch.object(actions, "seal", seal),
        mock.patch.multiple(leases, SECONDS=6, RENEWAL_SECONDS=0.5),
        mock.patch.object(settings, "TASK_SECONDS", TASK_SECONDS),
    ):
        call_command("celery_worker", *given)


def lay_out(*given):
    """A worker that lays reports out indeed, in pieces of few words, one at a time."""
    with (
        mock.patch.multiple(split, WHOLE=0, PIECE=1500),
        mock.patch.multiple(process, MOST_AT_ONCE=1, LEAST_SHARED=2),
        mock.patch.object(tasks, "PIECES_EACH", 1),
        mock.patch.object(pdf_engine, "help_with", helped),
        mock.patch.multiple(leases, SECONDS=6, RENEWAL_SECONDS=0.5),
    ):
        call_command("celery_worker", *given)


def helped(folder, help_with=pdf_engine.help_with):
    """Help, and write down who laid out pieces meanwhile."""
    said = []
    worker = threading.Thread(target=lambda: said.append(help_with(folder)))
    worker.start()
    while worker.is_alive():
        time.sleep(0.05)
        with (settings.DATA_DIR / "holders").open("a") as kept:
            for claim in folder.glob("*.claim"):
                with suppress(FileNotFoundError):
                    print(claim.read_text(), file=kept)
    return said == [True]


def holders():
    """How many processes had a piece, and whether the maker of the report was one."""
    path = settings.DATA_DIR / "holders"
    found = set(path.read_text().split()) if path.exists() else set()
    path.unlink(missing_ok=True)
    return [len(found), MAKER in found]


def kill_helper(group):
    """Kill a worker once a piece is another's than the maker's; whether it was."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for claim in storage.folder().glob(".part-*/tmp*/pieces/*.claim"):
            with suppress(FileNotFoundError):
                if claim.read_text() not in {"", MAKER}:
                    os.killpg(int(group), signal.SIGKILL)
                    return True
        time.sleep(0.02)
    return False


def begin(assessment_id, count, busy, killed=None):
    """Ask for so many reports where there are none, and wait until so many are made.

    Then every process of a group is killed at once, as a power cut would.
    """
    carrier._breaker.until = 0
    Report.objects.all().delete()
    DBTaskResult.objects.all().delete()
    shutil.rmtree(storage.folder())
    ask(assessment_id, count)
    end = time.monotonic() + 60
    while DBTaskResult.objects.running().count() < int(busy):
        assert time.monotonic() < end
        time.sleep(0.02)
    if killed:
        os.killpg(int(killed), signal.SIGKILL)


def ask(assessment_id, count):
    """Ask for so many reports; seconds of the slowest."""
    carrier.prepare()
    assessment = Assessment.objects.get(pk=assessment_id)
    slowest = 0
    for _ in range(int(count)):
        began = time.monotonic()
        tasks.ask(by=assessment.started_by, assessment=assessment)
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def write(address):
    """Queue a mail; seconds until it has gone out."""
    began = time.monotonic()
    mail.queue_mail(
        organisation_id=None,
        to=address,
        subject="Attest",
        template="no_account",
        context={},
    )
    while DBTaskResult.objects.exclude(status="SUCCESSFUL").filter(queue_name="quick"):
        time.sleep(0.05)
    return time.monotonic() - began


def forge():
    """Put messages into each queue that no process of Attest would send."""
    app = carrier._sender()
    with app.connection_for_write() as connection:
        producer = connection.Producer(serializer="json")
        for queue in app.amqp.queues.values():
            for task, body in FORGED:
                producer.publish(
                    body,
                    exchange=queue.exchange,
                    routing_key=queue.routing_key,
                    declare=[queue],
                    headers={"id": "1", "task": task},
                )


FORGED = [
    (carrier.TASK, 7),
    (carrier.TASK, None),
    (carrier.TASK, [["*"], {}, {}]),
    (carrier.TASK, {"args": None}),
    ("celery.chord_unlock", [[], {}, {}]),
    ("os.system", [["true"], {}, {}]),
]


def cancel():
    """Cancel the report that is being made; seconds until its worker is free."""
    report = Report.objects.exclude(step="").get(status="waiting")
    began = time.monotonic()
    actions.cancel_report(by=report.asked_by, report=report)
    while DBTaskResult.objects.running().exists():
        time.sleep(0.05)
    return time.monotonic() - began


def wait(seconds):
    """Until no work is left, so many seconds at the most."""
    end = time.monotonic() + float(seconds)
    left = DBTaskResult.objects.filter(status__in=["READY", "RUNNING"])
    while left.exists():
        assert time.monotonic() < end, list(left.values())
        time.sleep(0.1)


def state():
    """How reports ended, the events that the trail has of each, and all that is not whole."""
    reports = list(Report.objects.all())
    done = [one for one in reports if one.is_done]
    events = Event.objects.filter(action__in=["report.made", "report.failed"])
    endings = Counter(events.values_list("subject_id", flat=True))
    kept = file_store.older(storage.folder(), "*", float("inf"))
    names = {path.name for path in [*kept, *storage.folder().iterdir()]}
    return {
        "ends": Counter(one.status for one in reports),
        "problems": [one.problem for one in reports if one.problem],
        "tries": sorted(len(ids) for ids in tried()),
        "workers": len({ids[-1] for ids in tried()}),
        "ended_twice": [pk for pk, count in endings.items() if count > 1],
        "without_event": sorted({str(one.pk) for one in reports if one.is_over} - set(endings)),
        "faults": [fault for one in done for fault in whole(storage.path_of(one.sha256), one)]
        + [str(one) for one in map(verification.verify, verification.chains()) if one],
        "strays": sorted(names - {f"{one.sha256}.pdf" for one in done}),
        "schedule": list(Lease.objects.filter(name="schedule").values_list("holder", flat=True)),
    }


def tried():
    path = tasks.make_report.module_path
    rows = DBTaskResult.objects.filter(task_path=path)
    return rows.values_list("worker_ids", flat=True)


COMMANDS = {
    one.__name__: one
    for one in (
        ask,
        begin,
        cancel,
        forge,
        holders,
        kill_helper,
        seed,
        state,
        wait,
        write,
    )
}


def listen():
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        command, *given = json.loads(line)
        print(json.dumps(COMMANDS[command](*given)), file=answers, flush=True)


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    {"listen": listen, "work": work, "lay_out": lay_out}[command](*given)
