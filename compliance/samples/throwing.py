"""Throw a sample away: its rows, its trail and its files, and nothing of anybody else.

A sample records nothing real, so Attest makes no receipt. Its chain was marked as passing when
it began (``audit/trail.py``), and no checkpoint was signed, so no check misses it. The chain of
a real organisation can never be marked so.
"""

import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.audit import trail
from compliance.audit.models import Deletion
from compliance.bundles.download_store import package_store
from compliance.bundles.models import Package
from compliance.closing.owned_rows import owned, rows_of
from compliance.evidence import storage
from compliance.evidence.models import Evidence
from compliance.organisations.models import Organisation, User
from compliance.pictures import drawing
from compliance.reports import storage as report_files
from compliance.reports.models import Report
from compliance.reviews.models import SignOff
from compliance.snapshots.models import Snapshot
from compliance.web.sqlite_lock import in_turn

GONE = "This sample has been thrown away already."


def throw_away(*, by: User, organisation: Organisation) -> None:
    """Delete the sample of a person in one transaction; its files go after it.

    Raises ``ValidationError`` if it is not theirs, or gone already.
    """
    with in_turn(), transaction.atomic():
        rows = Organisation.objects.select_for_update()
        found = rows.filter(pk=organisation.pk, sample_of=by).first()
        if found is None:
            raise ValidationError(GONE)
        files = list(_files(found))
        _drop_tasks(found)
        passing = Deletion.objects.create(
            pk=found.pk,
            name=found.name,
            began_at=timezone.now(),
            people={},
        )
        _delete_rows(found)
        trail.end_passing(found.pk)
        passing.delete()
        transaction.on_commit(partial(_remove, found, files))


def _delete_rows(organisation: Organisation) -> None:
    """Delete each row of the sample, beginning with those furthest from the organisation.

    The database checks references at the end of the transaction.
    """
    User.objects.filter(worked_in=organisation).update(worked_in=None)
    keys = {
        model: list(rows_of(model, organisation.pk).values_list("pk", flat=True))
        for model in sorted(owned(), key=lambda one: -owned()[one].count("__"))
    }
    signoffs = SignOff.objects.filter(pk__in=keys[SignOff])
    snapshots = list(signoffs.values_list("snapshot_id", flat=True))
    for model, some in keys.items():
        for at in range(0, len(some), 500):
            rows = model._base_manager.filter(pk__in=some[at : at + 500])
            rows.order_by()._raw_delete(rows.db)
    elsewhere = Exists(SignOff.objects.filter(snapshot=OuterRef("pk")))
    left = Snapshot.objects.filter(~elsewhere, pk__in=snapshots)
    left._raw_delete(left.db)


def _drop_tasks(organisation: Organisation) -> None:
    """Drop the waiting jobs of the sample."""
    jobs = [*_of(Report, organisation), *_of(Package, organisation)]
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    waiting.filter(args_kwargs__args__0__in=[str(one.pk) for one in jobs]).delete()


def _files(organisation: Organisation) -> Iterable[Path]:
    """Files of reports and exports that nobody else has, and pictures."""
    for drawn in (Report, Evidence):
        rows = rows_of(drawn, organisation.pk)
        for sha256 in set(rows.values_list("sha256", flat=True)):
            yield from drawing.of_file(sha256)
    for model, path_of in (
        (Report, report_files.path_of),
        (Package, package_store.path_of),
    ):
        for row in _of(model, organisation):
            others = model.objects.filter(sha256=row.sha256)
            if (
                row.sha256
                and not others.exclude(assessment__organisation=organisation).exists()
            ):
                yield path_of(row.sha256)


def _of(model: type[Report] | type[Package], organisation: Organisation) -> list:
    return list(model.objects.filter(assessment__organisation=organisation))


def _remove(organisation: Organisation, files: list[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)
    folder = Path(settings.MEDIA_ROOT) / str(organisation.pk)
    if folder.is_dir():
        with storage.old_files(organisation.pk, float("inf")):
            shutil.rmtree(folder)
