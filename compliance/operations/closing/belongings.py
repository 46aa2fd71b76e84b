"""Jobs of an organisation that wait, and files, as they go with it."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.models import Package, PackageStatus
from compliance.content.evidence import storage
from compliance.content.evidence.models import Evidence
from compliance.content.formats import pending_imports
from compliance.ground.pictures import drawing
from compliance.ground.web import file_store
from compliance.ground.web.bucket import DeniedError
from compliance.identity.organisations.models import Organisation
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.models import Archive
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.proof.audit import receipts
from compliance.reporting.reports import storage as report_files
from compliance.reporting.reports.models import Report, ReportStatus

_JOBS = (
    (Report, ReportStatus.WAITING, report_files.path_of),
    (Package, PackageStatus.WAITING, package_store.path_of),
    (Archive, PackageStatus.WAITING, archive_store.path_of),
)
"""Files that a job makes, and where each lies."""


def drop_tasks(organisation_id: UUID) -> None:
    """Drop its waiting jobs."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    for jobs in under_way(organisation_id):
        names = [str(pk) for pk in jobs.values_list("pk", flat=True)]
        waiting.filter(args_kwargs__args__0__in=names).delete()


def under_way(organisation_id: UUID) -> Iterator[QuerySet[Any]]:
    """Its jobs that have not ended, by table."""
    for model, status, _ in _JOBS:
        yield rows_of(model, organisation_id).filter(status=status)


def evidence_of(organisation_id: UUID) -> list[Path]:
    """Its files of evidence, unfinished ones too."""
    with storage.old_files(organisation_id, float("inf")) as paths:
        return paths + storage.pieces(organisation_id)


def files_of(organisation_id: UUID) -> list[Path]:
    """Its reports, exports, archives, imports and pictures, as they lie on the disk."""
    return [path for path in _named(organisation_id) if file_store.is_there(path)]


def remove(organisation_id: UUID, files: Collection[Path]) -> None:
    """Remove its evidence, and those files, which were its own."""
    storage.remove_all(organisation_id)
    file_store.delete(files)


def purge(organisation_id: UUID) -> str:
    """Remove the versions that a store keeps of its files; what stays, as a receipt has it."""
    try:
        kept = storage.purge(organisation_id, _named(organisation_id))
    except DeniedError:
        return receipts.UNKNOWN
    return receipts.stays(kept.count, kept.until) if kept else ""


def _named(organisation_id: UUID) -> Iterator[Path]:
    """The paths of such files, there or not."""
    # an organisation that has the same file has its pictures drawn again
    for model in (Report, Evidence):
        hashes = rows_of(model, organisation_id).values_list("sha256", flat=True)
        for sha256 in hashes.distinct():
            yield from drawing.of_file(sha256)
    for job, _, path_of in _JOBS:
        rows = rows_of(job, organisation_id).exclude(sha256="")
        elsewhere = job._base_manager.exclude(**{owned()[job]: organisation_id})
        shared = Exists(elsewhere.filter(sha256=OuterRef("sha256")))
        for sha256 in rows.exclude(shared).values_list("sha256", flat=True):
            yield path_of(sha256)
    things = Organisation.objects.get(pk=organisation_id).assessments
    for thing in (organisation_id, *things.values_list("pk", flat=True)):
        yield from pending_imports.files_of(thing)
