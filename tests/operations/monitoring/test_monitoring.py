"""Probes, metrics and the number of each request, as programs that watch see them."""

import json
import logging
import re
from datetime import timedelta

import pytest
import yaml
from django.conf import settings as configured
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families
from pythonjsonlogger.json import JsonFormatter

from compliance.ground.web.logs import AddRequest
from compliance.ground.web.mail import send
from compliance.identity.webhooks.actions import make_webhook
from compliance.operations.backups import backup
from compliance.operations.monitoring import checks
from compliance.proof.audit import checkpoints
from tests.support import factories

TOKEN = "a token for the metrics of tests"


@pytest.fixture
def scrape(settings):
    """``scrape()``: the metrics, by name, of a page that the right token opens."""
    settings.METRICS_TOKEN = TOKEN

    def page():
        checks._kept = None
        reply = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        families = text_string_to_metric_families(reply.text)
        return {one.name: one.samples for one in families}

    return page


def ready():
    checks._kept = None
    reply = Client().get("/readyz")
    return reply.status_code, reply.json()["status"], reply.json()["checks"]


def test_a_process_that_answers_is_healthy_without_the_database(client):
    assert client.get("/healthz").text == "ok\n"


def test_probes_go_past_the_redirect_to_https(settings, db):
    settings.SECURE_SSL_REDIRECT = True
    for probe in ("healthz", "readyz"):
        assert Client().get(f"/{probe}").status_code == 200
    assert Client().get("/accounts/login/").status_code == 301


def test_readiness_names_each_check_and_no_figure(db):
    status, overall, found = ready()
    assert (status, overall) == (200, "warn")
    assert found == {one.name: "pass" for one in checks.CHECKS} | {"backup": "warn"}


def test_backup_is_noticed_until_it_is_too_old(db, settings, tmp_path, cast):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    backup.make(tmp_path / "one.zip")
    assert ready()[2]["backup"] == "pass"
    settings.BACKUP_HOURS = -1
    assert ready()[2]["backup"] == "warn"
    settings.BACKUP_HOURS = 0
    assert ready()[2]["backup"] == "pass"


def test_a_full_disk_warns_and_leaves_the_machine_in_service(db, settings):
    settings.DISK_FREE_BYTES = 2**63
    status, overall, found = ready()
    assert (status, overall, found["disk"]) == (200, "warn", "warn")


def test_a_database_that_does_not_answer_takes_the_machine_out(db, monkeypatch):
    def refuse(*_, **__):
        raise DatabaseError

    with monkeypatch.context() as now:
        now.setattr(connection, "cursor", refuse)
        status, overall, found = ready()
    assert (status, overall, found["database"]) == (503, "fail", "fail")
    assert found["disk"] == "pass"


def test_a_database_of_an_older_program_takes_the_machine_out(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'compliance' AND id ="
            " (SELECT max(id) FROM django_migrations WHERE app = 'compliance')"
        )
    assert ready()[::2] == (503, ready()[2] | {"migrations": "fail"})


def test_tasks_that_nobody_does_are_noticed_once_they_are_due(db):
    assert ready()[2]["tasks"] == "pass"
    send.enqueue(number=1)
    now = timezone.now()
    DBTaskResult.objects.update(enqueued_at=now - timedelta(minutes=11))
    assert ready()[2]["tasks"] == "warn"
    DBTaskResult.objects.update(run_after=now + timedelta(minutes=1))
    assert ready()[2]["tasks"] == "pass"


def test_events_without_a_checkpoint_are_noticed(cast, settings, tmp_path):
    settings.CHECKPOINTS_DIR = tmp_path
    factories.take_into_trail(cast.acme)
    wait = checkpoints.unsigned_since
    assert wait() is not None
    for chain in list(checkpoints.ChainHead.objects.values_list("pk", flat=True)):
        checkpoints.checkpoint(chain)
    assert wait() is None
    settings.CHECKPOINT_MINUTES = 0
    assert ready()[2]["checkpoints"] == "pass"


def test_results_are_kept_for_seconds(db, django_assert_num_queries):
    ready()
    with django_assert_num_queries(0):
        Client().get("/readyz")


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", "Bearer é"])
def test_metrics_are_not_there_without_the_token(db, settings, given):
    settings.METRICS_TOKEN = TOKEN
    reply = Client().get("/metrics", headers={"Authorization": given})
    assert reply.status_code == 404


def test_metrics_are_off_by_default(db):
    reply = Client().get("/metrics", headers={"Authorization": "Bearer "})
    assert reply.status_code == 404


def test_requests_are_counted_by_route_and_by_no_address(scrape, cast, sign_in):
    client = sign_in(cast.ada)
    client.get("/o/acme/search/?q=secret-words")
    client.generic("BREW", "/nowhere-at-all/")
    counted = {
        (one.labels["method"], one.labels["route"], one.labels["status"])
        for one in scrape()["attest_requests"]
    }
    assert ("GET", "o/<slug:org>/search/", "200") in counted
    assert {one for one in counted if one[0] == "other"} != set()
    assert not re.search("acme|secret-words|nowhere", str(counted))


def test_each_check_has_its_figure(scrape, db):
    found = scrape()
    for check in checks.CHECKS:
        if check.measure() is not None:
            assert found[check.metric][0].value >= 0
    passing = {one.labels["check"]: one.value for one in found["attest_check"]}
    assert passing == {one.name: one.name != "backup" for one in checks.CHECKS}


def test_messages_to_webhooks_are_counted_by_state(scrape, cast):
    webhook, _ = make_webhook(
        by=cast.ada,
        organisation=cast.acme,
        address="https://receiver.invalid/",
        topics=["answer"],
    )
    for seq, state in enumerate(("given_up", "given_up", "waiting"), 1):
        webhook.deliveries.create(action="answer.saved", seq=seq, state=state)
    counts = {sample.labels["state"]: sample.value for sample in scrape()["attest_webhook_deliveries"]}
    assert counts == {"given_up": 2, "waiting": 1, "delivered": 0}


def test_a_reply_names_its_request_and_the_log_says_no_address(db, caplog):
    caplog.set_level(logging.INFO, "attest.requests")
    caplog.handler.addFilter(AddRequest())
    reply = Client().get("/share/hidden-token/", headers={"X-Request-ID": "edge-12345"})
    assert reply.headers["X-Request-ID"] == "edge-12345"
    (line,) = [one for one in caplog.records if one.name == "attest.requests"]
    assert (line.request, line.status, line.method) == ("edge-12345", 404, "GET")
    assert "hidden-token" not in line.getMessage()
    entry = json.loads(JsonFormatter("{message} {request}", style="{").format(line))
    assert entry["route"] == "share/<str:token>/"


@pytest.mark.parametrize("given", ["", "short", "a\r\nSet-Cookie: x", "x" * 65, "größer-als"])
def test_odd_numbers_of_requests_are_replaced(client, given):
    reply = client.get("/healthz", HTTP_X_REQUEST_ID=given)
    assert re.fullmatch("[0-9a-f]{32}", reply.headers["X-Request-ID"])


def test_alerts_and_dashboard_name_metrics_that_exist(scrape, db):
    send.enqueue(number=1)
    Client().get("/healthz")
    known = set(scrape()) | {one.metric for one in checks.CHECKS} | {"attest_task_seconds"}
    folder = configured.BASE_DIR / "deploy" / "monitoring"
    rules = yaml.safe_load((folder / "alerts.yml").read_text())["groups"][0]["rules"]
    board = json.loads((folder / "dashboard.json").read_text())
    asked = [one["expr"] for one in rules]
    asked += [one["expr"] for panel in board["panels"] for one in panel["targets"]]
    for expression in asked:
        named = re.findall(r"attest_\w+", expression)
        assert named
        for name in named:
            assert re.sub("_(total|bucket|count|sum)$", "", name) in known


def test_each_alert_has_a_runbook_and_each_check_an_alert():
    rules = yaml.safe_load((configured.BASE_DIR / "deploy/monitoring/alerts.yml").read_text())
    rules = rules["groups"][0]["rules"]
    headings = re.findall(r"^### (\w+)$", (configured.BASE_DIR / "docs/monitoring.md").read_text(), re.M)
    assert [one["alert"] for one in rules] == headings
    asked = " ".join(one["expr"] for one in rules)
    assert all(one.metric in asked or f'"{one.name}"' in asked for one in checks.CHECKS)
