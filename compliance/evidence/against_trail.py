"""Are the files of evidence the bytes that the trail says were received?"""

from collections.abc import Iterator
from uuid import UUID

from compliance.audit import event_types, trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.evidence import storage
from compliance.evidence.events import EVIDENCE_ADDED
from compliance.evidence.models import Evidence


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Evidence whose row or file has another hash than its entry; reads every file."""
    told: dict[str, tuple[int, str]] = {}
    bringing = event_types.those(brings_evidence=True)
    came = Event.objects.filter(organisation_id=organisation_id, action__in=bringing)
    for event in came.order_by("seq").iterator(chunk_size=100):
        for pk, sha256 in trail.changes(event)[1]["evidence"].items():
            told[pk] = (event.seq, sha256)
    added = Event.objects.filter(
        organisation_id=organisation_id,
        subject_label="evidence",
        action=EVIDENCE_ADDED,
    )
    for event in added.order_by("seq").iterator(chunk_size=2000):
        sha256 = trail.changes(event)[1].get("sha256", "")
        told[event.subject_id] = (event.seq, sha256)
    rows = Evidence.objects.filter(organisation_id=organisation_id).order_by("pk")
    good: set[str] = set()
    for pk, title, sha256 in rows.values_list("pk", "title", "sha256"):
        seq, said = told.get(str(pk), (0, sha256))
        if sha256 != said:
            what = f"“{title}”: the hash was changed since without an entry"
            yield Fault(seq, what, Kind.FILE)
        elif sha256 and sha256 not in good:
            try:
                storage.open_kept(organisation_id, sha256).close()
                good.add(sha256)
            except storage.StorageError:
                what = f"“{title}”: the file is gone or has other bytes than received"
                yield Fault(seq, what, Kind.FILE)
