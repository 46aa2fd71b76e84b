"""Do signatures, and what was signed, say what the event of each signature says?

They are in no event's rows: a sign-off holds the hash of its event, and a snapshot is
called by the hash of its text.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from compliance.assessments.models import OriginEvent
from compliance.audit import trail
from compliance.audit.chain import digest
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.reviews.events import ASSESSMENT_SIGNED
from compliance.reviews.models import SignOff
from compliance.reviews.stated import came_with

SAID = (
    "revision", "content_hash", "statement", "reservations", "role", "signer", "stood_at",
    "signed_at", "method",
)  # fmt: skip
"""Columns of a signature that its event has by the same names."""


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Signatures, and texts under them, that were changed; those that are missing."""
    events = Event.objects.filter(
        organisation_id=organisation_id, action=ASSESSMENT_SIGNED
    )
    missing = {event.seq: event for event in events.order_by("seq")}
    rows = SignOff.objects.filter(assessment__organisation_id=organisation_id)
    rows = rows.select_related("snapshot", "assessment__brought_from")
    for row in rows.order_by("trail_seq"):
        if row.revision in came_with(row.assessment).get("signed", ()):
            what = _unlike(row, _there(row))
        else:
            what = _unlike(row, missing.pop(row.trail_seq, None))
        if what:
            yield Fault(row.trail_seq, what, Kind.SNAPSHOT)
    for seq in missing:
        what = "the signature it tells of was taken away"
        yield Fault(seq, what, Kind.SNAPSHOT)


def _there(row: SignOff) -> OriginEvent | None:
    """The entry for a signature of another installation, in the trail that came along."""
    return OriginEvent.objects.filter(
        trail__origin__assessment=row.assessment_id,
        seq=row.trail_seq,
        hash=row.trail_hash,
    ).first()


def _unlike(row: SignOff, event: Event | OriginEvent | None) -> str:
    """The fault of one signature, "" for none."""
    if digest(row.snapshot.text) != row.snapshot_id:
        return "what was signed was changed: it has another hash"
    if event is None or event.hash != row.trail_hash:
        return f"there is no entry for the signature of {row.signer}"
    wrong = unsaid(stated(row), trail.content_of(event)["after"])
    if isinstance(event, Event):
        if event.scope_id != row.assessment_id:
            return "the signature was moved to another assessment"
        if event.actor_id != row.signed_by_id:
            wrong.append("who signed")
    return f"the signature was changed: {wrong[0]}" if wrong else ""


def stated(row: SignOff) -> dict[str, Any]:
    """The statement of a signature, as its event has it."""
    moments = {n: getattr(row, n).isoformat() for n in ("stood_at", "signed_at")}
    stands = {name: getattr(row, name, "") for name in SAID} | moments
    return stands | {"content_hash": row.snapshot_id}


def unsaid(stands: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The columns of a signature of which its event says something else."""
    return [name for name in SAID if after.get(name) != stands[name]]
