"""Are the files of reports the bytes that were sealed? The trail proves their rows."""

from collections.abc import Iterator
from uuid import UUID

from compliance.audit.checking import Fault, Kind
from compliance.reports import storage
from compliance.reports.models import Report


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Reports that hide that they were made, and files with other bytes than were sealed.

    A file that was deleted, which an operator may do for somebody who is erased, is none.
    """
    made = Report.objects.filter(assessment__organisation=organisation_id)
    for row in made.exclude(sha256="").order_by("asked_at", "pk"):
        path, name = storage.path_of(row.sha256), f"report {row.number}"
        name = f"{name} of the assessment {row.assessment_id}"
        if not row.is_done:
            what = f"{name}: it was made, and is no longer there"
            yield Fault(0, what, Kind.REPORT)
        elif path.is_file() and storage.hash_of(path) != row.sha256:
            what = f"{name}: its file has other bytes than were sealed"
            yield Fault(0, what, Kind.REPORT)
