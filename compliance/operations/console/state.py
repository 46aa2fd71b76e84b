"""The state of an installation in figures, and the names of its organisations.

No address, no title, no text of anybody: whoever runs the machine need not read what
organisations keep in order to keep it running.
"""

import platform
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import django
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import checks as django_checks
from django.db import connection
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.timesince import timesince
from django_tasks_db.models import DBTaskResult

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.models import (
    SECOND_FACTORS,
    Membership,
    Organisation,
    User,
)
from compliance.operations.backups import backup
from compliance.operations.monitoring import checks
from compliance.proof.audit import checkpoints
from compliance.proof.audit.models import Event
from compliance.reporting.reports.models import Report
from compliance.reporting.reports.queries import program_version
from compliance.work.assessments.models import Assessment

MOST = 500
"""Organisations that the page lists, by name."""
_TAGS = (
    django_checks.Tags.security,
    django_checks.Tags.database,
    django_checks.Tags.files,
    django_checks.Tags.urls,
)


class Found(NamedTuple):
    """A check of monitoring, with its figure in words."""

    name: str
    figure: str
    is_well: bool


class Unsafe(NamedTuple):
    """A setting that one of Django's checks, or of ours, finds fault with."""

    key: str
    says: str
    hint: str
    is_error: bool


def context() -> dict[str, Any]:
    """The context of the page, in a fixed number of queries."""
    kept = _evidence_bytes()
    return {
        "found": [_found(one) for one in checks.results()],
        "versions": versions(),
        "people": people(),
        "organisations": organisations(kept),
        "count": _real().count(),
        "most": MOST,
        "storage": storage(kept),
        "jobs": jobs(),
        "unsafe": unsafe(),
        "last_backup": _last_backup(),
        "chains": len(checkpoints.signed_chains()),
    }


def _last_backup() -> datetime | None:
    with suppress(OSError):  # the check says so
        return backup.last_made()
    return None


_WORDS = {
    "_up": ("answers", "does not answer"),
    "_missing": ("{} missing", "unknown"),
    "_bytes": ("{} free", "unknown"),
    "_wait_seconds": ("waiting for {}", "nothing is waiting"),
    "_age_seconds": ("{} old", "none yet"),
}
"""Suffix of a metric's name to the words for a figure, and those for no figure."""


def _found(one: checks.Result) -> Found:
    metric, value = one.check.metric, one.value
    is_well = one.status == checks.Status.PASS
    words, none = next(said for end, said in _WORDS.items() if metric.endswith(end))
    if value is None and is_well and metric.endswith("_up"):
        figure = "not used here"
    elif value is None or (not value and metric.endswith("_up")):
        figure = none
        if one.check.name == "backup" and settings.BACKUPS_URL:
            figure += ", or its store does not answer"
    elif metric.endswith("_bytes"):
        figure = words.format(filesizeformat(value))
    elif metric.endswith("_seconds"):
        since = timezone.now() - timedelta(seconds=value)
        figure = words.format(timesince(since))
    else:
        figure = words.format(f"{value:.0f}")
    return Found(one.check.name, figure, is_well)


def versions() -> dict[str, str]:
    """The programs that run here."""
    with connection.cursor() as cursor:
        asked = "sqlite_version()" if connection.vendor == "sqlite" else "version()"
        cursor.execute(f"SELECT {asked}")
        said = str(cursor.fetchone()[0])
    own = said if connection.vendor == "sqlite" else " ".join(said.split()[1:2])
    return {
        "Attest": program_version(),
        "Python": platform.python_version(),
        "Django": django.get_version(),
        connection.display_name: own,
    }


def people() -> dict[str, int]:
    """Accounts, counted."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    is_open = Q(is_active=True)
    real = User.objects.exclude(email__endswith=".invalid")  # the people of samples
    found = real.annotate(has_factor=Exists(factor)).aggregate(
        open=Count("pk", filter=is_open),
        closed=Count("pk", filter=~is_open),
        protected=Count("pk", filter=is_open & Q(has_factor=True)),
        editors=Count("pk", filter=is_open & Q(is_editor=True)),
        administrators=Count("pk", filter=is_open & Q(is_administrator=True)),
    )
    live = Session.objects.filter(expire_date__gt=timezone.now())
    return found | {"sessions": live.count()}


def organisations(kept: Mapping[Any, int]) -> list[dict[str, Any]]:
    """Name and figures of each: members, assessments, bytes of evidence, last event."""
    rows = list(_real().order_by("name", "pk")[:MOST].values("pk", "name"))
    members = _counted(Membership.objects.all())
    assessments = _counted(Assessment.objects.all())
    last = dict(
        Event.objects.order_by()
        .filter(organisation_id__in=[row["pk"] for row in rows])
        .values_list("organisation_id")
        .annotate(at=Max("at"))
    )
    return [
        {
            "name": row["name"],
            "members": members.get(row["pk"], 0),
            "assessments": assessments.get(row["pk"], 0),
            "bytes": kept.get(row["pk"], 0),
            "last": last.get(row["pk"]),
        }
        for row in rows
    ]


def _real() -> QuerySet[Organisation]:
    """All but the samples in which newcomers look round."""
    return Organisation.objects.filter(sample_of=None)


def _counted(rows: QuerySet[Any]) -> dict[Any, int]:
    counted = rows.order_by().values_list("organisation_id").annotate(n=Count("pk"))
    return dict(counted)


def _evidence_bytes() -> dict[Any, int]:
    """Organisation to the bytes of its evidence files; equal files count once."""
    each = Evidence.objects.exclude(sha256="").order_by()
    found: dict[Any, int] = {}
    once = each.values_list("organisation_id", "sha256", "size_bytes").distinct()
    for organisation_id, _, size in once.iterator(chunk_size=2000):
        found[organisation_id] = found.get(organisation_id, 0) + (size or 0)
    return found


def storage(kept: Mapping[Any, int]) -> dict[str, int]:
    """Free and total bytes on the disk of the data folder, and bytes of evidence and reports."""
    disk = shutil.disk_usage(settings.DATA_DIR)
    reports = Report.objects.aggregate(sum=Sum("size_bytes"))["sum"] or 0
    return {
        "free": disk.free,
        "total": disk.total,
        "evidence": sum(kept.values()),
        "reports": reports,
        "limit": settings.ORGANISATION_BYTES,
    }


def jobs() -> list[dict[str, Any]]:
    """Jobs of the worker by kind: waiting, under way, failed. Never their arguments."""
    rows = DBTaskResult.objects.order_by().values_list("task_path", "status")
    found: dict[str, dict[str, Any]] = {}
    for path, status, count in rows.annotate(n=Count("pk")):
        name = path.rpartition(".")[2].replace("_", " ")
        kind = found.setdefault(name, {"name": name})
        key = str(status).lower()
        kind[key] = kind.get(key, 0) + count
    return [found[name] for name in sorted(found)]


def unsafe() -> list[Unsafe]:
    """Settings that the checks of Django and ours find fault with, as for a deployment."""
    said = django_checks.run_checks(tags=[str(tag) for tag in _TAGS], include_deployment_checks=True)
    return [
        Unsafe(
            str(one.id or ""),
            str(one.msg),
            str(one.hint or ""),
            one.level >= django_checks.ERROR,
        )
        for one in sorted(said, key=lambda one: (-one.level, str(one.id)))
        if not one.is_silenced()
    ]
