"""Do signatures, and what was signed, say what the event of each signature says?

They are in no event's rows: a sign-off holds the hash of its event, and a snapshot is
called by the hash of its text.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from compliance.assurance.reviews.choices import ReviewEnd
from compliance.assurance.reviews.events import ASSESSMENT_SIGNED
from compliance.assurance.reviews.models import Review, SignOff
from compliance.proof.audit import trail
from compliance.proof.audit.chain import digest
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.proof.audit.event_types import UnknownVersionError
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Origin, OriginEvent
from compliance.work.snapshots.imported_facts import came_with

SAID = (
    "revision", "content_hash", "statement", "reservations", "role", "signer", "stood_at",
    "signed_at", "method",
)  # fmt: skip
"""Columns of a signature that its event has by the same names."""


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Signatures, and texts under them, that were changed; those that are missing."""
    events = Event.objects.filter(organisation_id=organisation_id, action=ASSESSMENT_SIGNED)
    missing = set(events.order_by("seq").values_list("seq", flat=True))
    rows = _joined().filter(assessment__organisation_id=organisation_id)
    came = {
        (assessment_id, revision)
        for assessment_id, stated in Origin.objects.filter(organisation_id=organisation_id).values_list(
            "assessment_id", "stated"
        )
        for revision in stated.get("signed", ())
    }
    for row in rows.order_by("trail_seq"):
        if _came(row):
            came.discard((row.assessment_id, row.revision))
        else:
            missing.discard(row.trail_seq)
        if what := _fault_of(row):
            yield Fault(row.trail_seq, what, Kind.SNAPSHOT)
    for seq in sorted(missing):
        what = "the signature it records was removed"
        yield Fault(seq, what, Kind.SNAPSHOT)
    for assessment_id, revision in sorted(came, key=str):
        what = f"the signature of revision {revision} that {assessment_id} came with was"
        yield Fault(0, f"{what} taken away", Kind.SNAPSHOT)


def _joined() -> QuerySet[SignOff]:
    return SignOff.objects.select_related("snapshot", "assessment__brought_from")


def _came(row: SignOff) -> bool:
    """Whether it is the signature of another installation."""
    return row.revision in came_with(row.assessment).get("signed", ())


def _entry(row: SignOff) -> Event | OriginEvent | None:
    """The entry that a signature names: of here, or in the trail that came along."""
    named = {"seq": row.trail_seq, "hash": row.trail_hash, "action": ASSESSMENT_SIGNED}
    if _came(row):
        there = OriginEvent.objects.filter(trail__origin__assessment=row.assessment_id)
        return there.filter(**named).first()
    here = Event.objects.filter(organisation_id=row.assessment.organisation_id)
    return here.filter(**named).first()


def _fault_of(row: SignOff) -> str:
    """The fault of one signature, "" for none; also where an entry is none any more."""
    try:
        return _unlike(row, _entry(row))
    except (UnknownVersionError, ValueError, LookupError, TypeError, AttributeError):
        return f"the entry for the signature of {row.signer} cannot be read"


def _unlike(row: SignOff, event: Event | OriginEvent | None) -> str:
    """The fault of one signature, "" for none."""
    if digest(row.snapshot.text) != row.snapshot_id:
        return "what was signed was changed: it has another hash"
    if event is None:
        return f"there is no entry for the signature of {row.signer}"
    if isinstance(event, Event) and event.scope_id != row.assessment_id:
        return "the signature was moved to another assessment"
    after = trail.content_of(event)["after"]
    if not _has_its_rows(row, after):
        return "the rows behind what was signed were changed: they have another hash"
    wrong = unsaid(stated(row), after)
    reviews = Review.objects.filter(assessment=row.assessment_id, revision=row.revision)
    if not reviews.filter(ended=ReviewEnd.SIGNED, ended_by=row.signed_by_id).exists():
        wrong.append("who signed")
    return f"the signature was changed: {wrong[0]}" if wrong else ""


def _has_its_rows(row: SignOff, after: dict[str, Any]) -> bool:
    """Whether the rows are those that the entry means, or another entry of that content:
    the same content is kept once, with its first rows."""
    own = digest(row.snapshot.rows)
    if after["rows_hash"] == own:
        return True
    others = _joined().filter(snapshot=row.snapshot_id).exclude(pk=row.pk)
    entries = (_entry(other) for other in others)
    said = (trail.content_of(entry)["after"] for entry in entries if entry)
    return any(after["rows_hash"] == own for after in said)


def stated(row: SignOff) -> dict[str, Any]:
    """The statement of a signature, as its event has it."""
    moments = {n: getattr(row, n).isoformat() for n in ("stood_at", "signed_at")}
    stands = {name: getattr(row, name, "") for name in SAID} | moments
    return stands | {"content_hash": row.snapshot_id}


def unsaid(stands: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The columns of a signature of which its event says something else, or no more.

    Erasing a person leaves the event of a signature as it is.
    """
    return [name for name in SAID if after.get(name) is ERASED or after.get(name) != stands[name]]
