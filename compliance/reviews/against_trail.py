"""Do reviews, signatures and what was signed say what the trail says of them?"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from compliance.assessments.models import Assessment, OriginEvent
from compliance.audit import event_types, trail
from compliance.audit.chain import digest
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.reviews.events import ASSESSMENT_SIGNED
from compliance.reviews.models import SignOff
from compliance.reviews.stated import came_with
from compliance.reviews.told import Told, unlike

_CHECK = ("seen", "result", "reason")


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Signatures, texts under them and reviews that are not as told; missing ones."""
    yield from _signature_faults(organisation_id)
    rows = Assessment.objects.filter(organisation_id=organisation_id)
    for assessment_id in rows.order_by("pk").values_list("pk", flat=True):
        look = partial(_review_faults, assessment_id)
        yield from trail.settled(organisation_id, look)


def as_told(here: Assessment) -> dict[str, Any]:
    """Reviews and reopenings of one that came, as its event tells them."""
    reviews = [
        {
            "revision": row.revision,
            "sent_by": row.sent_by_id,
            "ended": row.ended,
            "ended_by": row.ended_by_id,
            "said": row.said,
            "checks": [
                {name: getattr(look, name) for name in _CHECK}
                | {"answer": str(look.answer_id), "by": look.by_id}
                for look in row.checks.order_by("pk")
            ],
        }
        for row in here.reviews.order_by("pk")
    ]
    reopenings = [
        {
            "revision": row.revision,
            "reason": row.reason,
            "asked_by": row.asked_by_id,
            "decision": row.decision,
            "decided_by": row.decided_by_id,
            "changed": row.changed,
        }
        for row in here.reopenings.order_by("pk")
    ]
    return {"reviews": reviews, "reopenings": reopenings}


def _review_faults(assessment_id: UUID) -> Iterator[Fault]:
    here, told = Assessment.objects.get(pk=assessment_id), Told()
    events = Event.objects.filter(
        organisation_id=here.organisation_id,
        scope_id=here.pk,
        action__in=event_types.those(about_review=True),
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        told.hear(
            action=event.action,
            subject=event.subject_id,
            actor=event.actor_id,
            after=trail.changes(event)[1],
            seq=event.seq,
            is_erased=event.is_erased,
        )
    stands = as_told(here)
    for seq, what in unlike(told, stands["reviews"], stands["reopenings"]):
        yield Fault(seq, f"{here}: {what} without an entry", Kind.REVIEW)


def _signature_faults(organisation_id: UUID) -> Iterator[Fault]:
    told = {
        event.seq: event
        for event in Event.objects.filter(
            organisation_id=organisation_id, action=ASSESSMENT_SIGNED
        )
    }
    rows = SignOff.objects.filter(assessment__organisation_id=organisation_id)
    rows = rows.select_related("snapshot", "assessment__brought_from")
    for row in rows.order_by("trail_seq"):
        event: Event | OriginEvent | None = told.get(row.trail_seq)
        if row.revision in came_with(row.assessment).get("signed", ()):
            event = _there(row)
        else:
            told.pop(row.trail_seq, None)
        if what := _unlike(row, event):
            yield Fault(row.trail_seq, what, Kind.SNAPSHOT)
    for seq in sorted(told):
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
    """What is wrong with one signature, "" when nothing is."""
    if digest(row.snapshot.text) != row.snapshot_id:
        return "what was signed was changed: it has another hash"
    if event is None or event.hash != row.trail_hash:
        return f"there is no entry for the signature of {row.signer}"
    is_there = isinstance(event, OriginEvent)
    after = (
        json.loads(event.payload)["after"]
        if isinstance(event, OriginEvent)
        else trail.changes(event)[1]
    )
    says = {
        "content_hash": row.snapshot_id,
        "statement": row.statement,
        "reservations": row.reservations,
        "role": row.role,
        "signer": row.signer,
        "stood_at": row.stood_at.isoformat(),
        "signed_at": row.signed_at.isoformat(),
        "method": row.method,
    }
    if not is_there and event.scope_id != row.assessment_id:
        return "the signature was moved to another assessment"
    wrong = [name for name, value in says.items() if after.get(name) != value]
    if not is_there and event.actor_id != row.signed_by_id:
        wrong.append("who signed")
    return f"the signature was changed: {wrong[0]}" if wrong else ""
