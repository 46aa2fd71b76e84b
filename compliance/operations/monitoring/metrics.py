"""Metrics in Prometheus' form: requests by route, tasks by kind, and each check's figure.

The processes of a data folder count together, in files. Saves, conflicts and sign-ins
are requests: their route and status tell them apart.
"""

import os
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError
from django.dispatch import receiver
from django.tasks.signals import task_finished
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from compliance.identity.webhooks.models import count_by_state
from compliance.operations.monitoring.checks import Status, results
from compliance.reporting.reports.queries import program_version

CONTENT_TYPE = CONTENT_TYPE_LATEST
_OWN = CollectorRegistry()

REQUESTS = Counter(
    "attest_requests",
    "Requests answered.",
    ["method", "route", "status"],
    registry=_OWN,
)
REQUEST_SECONDS = Histogram(
    "attest_request_seconds",
    "Seconds up to the first byte of the reply.",
    ["method", "route"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_OWN,
)
TASK_SECONDS = Histogram(
    "attest_task_seconds",
    "Seconds of work outside requests: reports, packs, mails.",
    ["task", "status"],
    buckets=(0.1, 1, 5, 15, 60, 300, 900),
    registry=_OWN,
)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    REQUESTS.labels(method, route, str(status)).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)


@receiver(task_finished)
def count_task(*, task_result: Any, **_: Any) -> None:
    """Count one task that ended, well or not."""
    began, ended = task_result.started_at, task_result.finished_at
    if began and ended:
        name = task_result.task.module_path.rpartition(".")[2]
        spent = (ended - began).total_seconds()
        TASK_SECONDS.labels(name, task_result.status.value.lower()).observe(spent)


class _Checks:
    """The figures of the checks, measured when asked."""

    def collect(self) -> Iterator[Metric]:
        info = GaugeMetricFamily("attest_info", "The version that runs.", labels=["version"])
        info.add_metric([program_version()], 1)
        yield info
        status = GaugeMetricFamily("attest_check", "1 for a check that passes.", labels=["check"])
        for one in results():
            status.add_metric([one.check.name], one.status == Status.PASS)
            if one.value is not None:
                yield GaugeMetricFamily(one.check.metric, one.check.says, one.value)
        yield status
        yield from _webhooks()


def _webhooks() -> Iterator[Metric]:
    """Messages to webhooks by what became of them; nothing while the database is gone."""
    found = GaugeMetricFamily(
        "attest_webhook_deliveries",
        "Messages to webhooks that are kept in their log, by state.",
        labels=["state"],
    )
    try:
        counts = count_by_state()
    except DatabaseError:
        return
    for state, number in counts.items():
        found.add_metric([state], number)
    yield found


def exposition() -> bytes:
    """All metrics as text, of all processes that share the data folder."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_OWN)
    registry.register(_Checks())
    return generate_latest(registry)
