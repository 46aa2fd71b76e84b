"""Workers hear of work by a broker, and lose nothing when it is gone."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import transaction
from django.tasks import task_backends
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.ground.web import carrier, mail, worker
from compliance.ground.web.circuit_breaker import CircuitBreaker
from compliance.operations.monitoring import checks
from compliance.reporting.reports.tasks import watch_report
from tests.support.brokers import HOST, Broker, Proxy
from tests.support.costs import busy
from tests.support.needs import NEEDS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RABBIT = 5672
"""The port of RabbitMQ, where it runs and lets guests in."""


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    made = Broker(tmp_path_factory.mktemp("broker")).start()
    yield made.port
    made.kill()


@pytest.fixture(params=["redis", pytest.param("amqp", marks=pytest.mark.long)])
def proxy(request, settings, monkeypatch):
    """A door to a broker whose queues are empty, for jobs of this process."""
    port = request.getfixturevalue("redis") if request.param == "redis" else RABBIT
    door = Proxy(port)
    path = "/0" if request.param == "redis" else "//"
    settings.TASKS_URL = f"{request.param}://{HOST}:{door.port}{path}"
    monkeypatch.setattr(carrier, "_breaker", CircuitBreaker())
    # a name of its own: the broker is the machine's, and other tests run there, too
    monkeypatch.setattr(carrier, "address_of", f"attest-test-{os.getpid()}.{{}}".format)
    carrier._sender.cache_clear()
    if request.param == "amqp" and not carrier.answers():
        door.shut()
        pytest.skip(NEEDS["rabbitmq"][1])
    empty()
    before = task_backends["default"]
    queues = {"QUEUES": configured.TASKS["default"]["QUEUES"]}
    task_backends["default"] = carrier.CarriedBackend("default", queues)
    yield door
    task_backends["default"] = before
    if door.door.fileno() != -1:
        empty(gone=True)
    door.shut()
    carrier._sender().pool.force_close_all()
    carrier._sender.cache_clear()


def empty(*, gone=False):
    app = carrier._sender()
    with app.connection_for_write() as connection:
        for queue in app.amqp.queues.values():
            bound = queue(connection.default_channel)
            bound.declare()
            bound.delete() if gone else bound.purge()


def lie_there(**wanted):
    """Whether so many messages lie in each queue, or do soon: RabbitMQ counts when it can."""
    end = time.monotonic() + 5
    while {queue: carrier._waiting(queue) for queue in carrier.QUEUES} != wanted:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def write():
    mail.send.enqueue("ada@example.org", "A secret", "Said to nobody else.", 0)


def watch(**more):
    watch_report.using(**more).enqueue("a report", "a maker")


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_workers_are_called_once_the_job_is_committed(proxy, commit):
    with commit():
        write()
        watch()
        watch()
        assert lie_there(default=0, quick=0)
    assert lie_there(default=2, quick=1)


def test_nobody_is_called_for_what_was_not_committed(proxy, commit):
    with commit(), transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert lie_there(default=0, quick=0)


def test_nothing_about_people_is_in_the_broker(proxy, commit):
    with commit():
        write()
    app = carrier._sender()
    with app.connection_for_write() as connection:
        bound = app.amqp.queues[carrier.address_of("quick")](connection.default_channel)
        message = bound.get(no_ack=True)
    assert message.payload[:2] == [["quick"], {}]
    said = str(message.body) + str(message.headers)
    assert "ada@" not in said
    assert "secret" not in said


def test_job_for_later_is_announced_when_its_moment_has_come(proxy, commit):
    with commit():
        watch(run_after=timezone.now() + timedelta(hours=1))
    assert carrier.call_workers() == 0
    assert lie_there(default=0, quick=0)
    DBTaskResult.objects.update(run_after=timezone.now())
    assert carrier.call_workers() == 1
    assert lie_there(default=1, quick=0)


def test_look_sends_only_what_lacks(proxy, commit):
    with commit():
        write()
        watch()
    empty()
    write()  # not committed yet, so that only the look can know
    assert carrier.call_workers() == 3
    assert lie_there(default=1, quick=2)
    assert carrier.call_workers() == 0


def test_messages_that_no_worker_takes_do_not_pile_up(proxy, commit, monkeypatch):
    monkeypatch.setattr(carrier, "_MOST", 3)
    for written in range(1, 6):
        with commit():
            write()
        # each is counted before the next is written: RabbitMQ takes a moment to
        assert lie_there(default=0, quick=min(written, 3))
    assert carrier.call_workers() == 0


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "open"])
@pytest.mark.parametrize("how", ["shut", "mute"])
def test_nobody_waits_for_a_broker_that_is_gone(proxy, commit, how, is_new):
    with commit():
        write()
    assert lie_there(default=0, quick=1)
    proxy.shut() if how == "shut" else setattr(proxy, "is_mute", True)
    if is_new:
        carrier._sender.cache_clear()
        carrier.prepare()
    began = time.monotonic()
    for _ in range(20):
        with commit():
            write()
    assert time.monotonic() - began < 3 * busy()
    assert DBTaskResult.objects.ready().count() == 21
    carrier._breaker.until = 0
    assert carrier.call_workers() == 0
    assert not carrier.answers()
    proxy.is_mute = False
    if how == "mute":
        carrier._breaker.until = 0
        assert carrier.call_workers() == 20


def test_broker_that_is_gone_is_noticed(proxy, client):
    assert client.get("/readyz").json()["checks"]["broker"] == "pass"
    proxy.shut()
    checks._kept = None
    said = client.get("/readyz")
    assert (said.status_code, said.json()["checks"]["broker"]) == (200, "warn")


def test_worker_takes_plain_messages_and_no_orders(proxy):
    conf = carrier.configured("attest").conf
    assert conf.accept_content == ["json"]
    assert conf.worker_enable_remote_control is False


def test_embedded_worker_helps_out_after_a_minute(proxy):
    write()
    assert not worker.is_late()
    ago = timezone.now() - timedelta(seconds=61)
    DBTaskResult.objects.update(enqueued_at=ago)
    assert worker.is_late()
    DBTaskResult.objects.update(run_after=timezone.now())
    assert not worker.is_late()
    DBTaskResult.objects.update(run_after=ago)
    assert worker.is_late()


def test_a_worker_does_one_job_and_the_most_urgent_first(monkeypatch):
    monkeypatch.setattr(
        "django_tasks_db.management.commands.db_worker.close_old_connections",
        lambda: None,
    )
    watch(priority=-10)
    watch()
    write()
    watch(priority=5)
    worker.one("here", "default")
    done = DBTaskResult.objects.exclude(status="READY")
    assert list(done.values_list("priority", flat=True)) == [5]


LARGE = {"boto3", "celery", "dns.resolver", "openpyxl", "scim2_models", "weasyprint"}


def test_a_process_that_serves_holds_no_large_library_before_it_needs_one(tmp_path):
    program = (
        f"import sys; from compliance import wsgi, urls;sys.exit(' '.join({LARGE} & set(sys.modules)) or 0)"
    )
    given = {"DATABASE_URL": f"sqlite:///{tmp_path}/none", "ATTEST_RUN_WORKER": "off"}
    here, environment = configured.BASE_DIR, os.environ | given
    call = [sys.executable, "-c", program]
    assert subprocess.call(call, cwd=here, env=environment) == 0
