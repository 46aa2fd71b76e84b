"""Are reports what the trail says was asked for and made?"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.reports import storage
from compliance.reports.events import REPORT_ASKED, REPORT_MADE
from compliance.reports.models import Report

_WORDS = {
    "number": "number",
    "kind": "kind",
    "extract": "extract",
    "as_of_seq": "moment",
    "content_hash": "content hash",
    "sha256": "hash of its file",
    "sealed_with": "certificate",
    "assessment_id": "assessment",
}


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Reports that were made, changed or taken away without an entry."""
    yield from trail.settled(organisation_id, lambda: _faults(organisation_id))
    yield from _file_faults(organisation_id)


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    missing = _told(organisation_id)
    rows = Report.objects.filter(assessment__organisation=organisation_id)
    for row in rows.order_by("asked_at", "pk"):
        name = f"report {row.number} of the assessment {row.assessment_id}"
        seq, values, is_made = missing.pop(row.pk, (0, {}, False))
        unlike = [n for n, told in values.items() if getattr(row, n) != told]
        if values and unlike:
            what = f"{name}: its {_WORDS[unlike[0]]} was changed since"
            yield Fault(seq, f"{what} without an entry", Kind.REPORT)
        elif values and row.is_done and not is_made:
            yield Fault(seq, f"{name} was made without an entry", Kind.REPORT)
        elif values and is_made and not row.is_done:
            what = f"{name}: it was made, and is no longer there"
            yield Fault(seq, f"{what} without an entry", Kind.REPORT)
    for seq, values, _ in missing.values():
        name = f"report {values['number']} of {values['assessment_id']}"
        yield Fault(seq, f"{name} was taken away without an entry", Kind.REPORT)


def _file_faults(organisation_id: UUID) -> Iterator[Fault]:
    """Files with other bytes than were sealed. One that was deleted, which an operator
    may do for somebody who is erased, is none.
    """
    for seq, values, is_made in _told(organisation_id).values():
        path = storage.path_of(values.get("sha256", ""))
        if is_made and path.is_file() and storage.hash_of(path) != values["sha256"]:
            what = f"report {values['number']} of {values['assessment_id']}: its file"
            yield Fault(seq, f"{what} has other bytes than were sealed", Kind.REPORT)


def _told(organisation_id: UUID) -> dict[UUID, tuple[int, dict[str, Any], bool]]:
    """Each report by its id: the last event, what it says, whether it was made."""
    found: dict[UUID, tuple[int, dict[str, Any], bool]] = {}
    events = Event.objects.filter(
        organisation_id=organisation_id,
        subject_label="report",
        action__in=[REPORT_ASKED, REPORT_MADE],
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        _, after = trail.changes(event)
        pk = UUID(event.subject_id)
        if event.action == REPORT_MADE:
            _, values, _ = found.get(pk, (0, {}, False))
            told = {n: v for n, v in after.items() if n in _WORDS}
            found[pk] = (event.seq, values | told, True)
            continue
        values = {
            "number": after["number"],
            "kind": after["kind"],
            "extract": after.get("extract", ""),
            "as_of_seq": after.get("as_of"),
            "assessment_id": event.scope_id,
        }
        found[pk] = (event.seq, values, False)
    return found
