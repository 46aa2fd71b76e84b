"""Is all of an organisation as its trail says? Rows, files and trails from elsewhere, too."""

from collections.abc import Callable, Iterator
from itertools import islice
from uuid import UUID

from django.db import DatabaseError

from compliance.assurance.bundles import origins
from compliance.assurance.bundles.download_store import package_store
from compliance.assurance.bundles.models import Package
from compliance.assurance.reviews import signature_integrity
from compliance.content.evidence import against_disk as files
from compliance.ground.web.bucket import AwayError
from compliance.operations.closing.archive_store import archive_store
from compliance.operations.closing.models import Archive
from compliance.proof.audit import erasings, tables, verification
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.reporting.reports import against_disk as reports
from compliance.reporting.results import figure_store


def _downloads(organisation_id: UUID) -> Iterator[Fault]:
    """Archives and packs on the disk whose bytes are not those that were made."""
    packs = Package.objects.filter(assessment__organisation=organisation_id)
    archives = Archive.objects.filter(organisation=organisation_id)
    for store, rows in (package_store, packs), (archive_store, archives):
        for row in rows.exclude(sha256="").order_by("asked_at", "pk"):
            if store.is_changed(row):
                what = f"{row}: its file {row.sha256}.zip has other bytes than were made"
                yield Fault(0, what, Kind.DOWNLOAD)


BEYOND: tuple[Callable[[UUID], Iterator[Fault]], ...] = (
    tables.faults,
    erasings.faults,
    files.faults,
    reports.faults,
    signature_integrity.faults,
    origins.faults,
    figure_store.faults,
    _downloads,
)
"""Checks beyond the chain itself."""


def beyond(organisation_id: UUID) -> Iterator[Fault]:
    """The first faults of each check beyond the chain; one that cannot go on is a fault.

    Rows that nobody proves any more may hold anything, so any error may come of them.
    Raises ``AwayError`` and ``DatabaseError``: nothing is then known.
    """
    for faults in BEYOND:
        try:
            yield from islice(faults(organisation_id), verification.MOST)
        except (AwayError, DatabaseError):
            raise
        except Exception as error:
            yield Fault(0, unread(faults.__module__, error), Kind.ROW)


def unread(where: str, error: Exception) -> str:
    """Words for rows that a check cannot read."""
    return (
        f"a row cannot be read as Attest writes it ({where.removeprefix('compliance.')}:"
        f" {type(error).__name__} {str(error)[:80]}): it was changed, or came from another"
        " version of Attest"
    )


def first_fault(organisation_id: UUID) -> Fault | None:
    """The first fault in a chain or beyond it, as ``verify_trail`` finds it."""
    if fault := verification.verify(organisation_id):
        return fault
    return next(beyond(organisation_id), None)
