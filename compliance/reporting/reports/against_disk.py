"""Are the files of reports the bytes that were sealed? The trail proves their rows."""

from collections.abc import Iterator
from uuid import UUID

from compliance.ground.web import file_store
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.reporting.reports import storage
from compliance.reporting.reports.models import Report


def gone(organisation_id: UUID) -> list[str]:
    """Names of finished reports whose file was deleted: no fault, and worth knowing."""
    made = Report.objects.filter(assessment__organisation=organisation_id)
    finished = made.exclude(sha256="").order_by("asked_at", "pk")
    return [_named(row) for row in finished if not file_store.is_there(storage.path_of(row.sha256))]


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Files that differ from the sealed ones.

    A file that was deleted, which an operator may do for someone who is erased, is none:
    see ``gone``.
    """
    made = Report.objects.filter(assessment__organisation=organisation_id)
    for row in made.exclude(sha256="").order_by("asked_at", "pk"):
        path, name = storage.path_of(row.sha256), _named(row)
        if not storage.is_good(path) and file_store.is_there(path):
            what = f"{name}: its file has other bytes than were sealed"
            yield Fault(0, what, Kind.REPORT)


def _named(row: Report) -> str:
    return f"report {row.number} of the assessment {row.assessment_id}"
