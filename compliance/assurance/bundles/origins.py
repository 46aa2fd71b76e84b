"""The trail that came with an imported assessment, to read and to check."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from compliance.assurance.bundles.bundle_export import trail_there
from compliance.assurance.bundles.trails import check_trail
from compliance.assurance.reviews.event_labels import event_in_words
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit import trail as own
from compliance.proof.audit.chain import canonical
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.proof.audit.event_types import texts_of
from compliance.proof.audit.events import TRAIL_ERASED
from compliance.proof.audit.leaves import Place, erased, may_be_erased, readable
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Assessment, Origin, OriginEvent, OriginTrail


class ChangedError(Exception):
    """An entry is not as it was recorded; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An event in words."""

    seq: int
    at: datetime
    who: str
    what: str
    hash: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A trail from elsewhere; ``fault`` says what is wrong with it, "" when nothing is."""

    trail: OriginTrail
    count: int
    fault: str


def origins_of(organisation: Organisation) -> QuerySet[Origin]:
    """The origins of an organisation's imported assessments, joined for a page."""
    return Origin.objects.filter(organisation=organisation).select_related(
        "assessment__organisation", "assessment__edition__checklist", "brought_by"
    )


def kept_with(assessment: Assessment) -> list[Kept]:
    """Each trail it came with, oldest first, every hash and proof checked just now."""
    trails = OriginTrail.objects.filter(origin__assessment=assessment)
    return [_checked(row) for row in trails.select_related("origin")]


def entries(events: Iterable[OriginEvent], trail: OriginTrail) -> list[Entry]:
    """Events of one trail in words, with the names of there."""
    return [_entry(event, trail) for event in events]


def _checked(row: OriginTrail) -> Kept:
    head, events = trail_there(row)
    fault = ""
    try:
        for _ in check_trail(head, map(canonical, events()), ChangedError):
            pass
    except ChangedError as found:
        fault = str(found)
    return Kept(row, head["events"], fault or _emptied(row))


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Trails that came in a bundle and are not as they were recorded."""
    rows = OriginTrail.objects.filter(origin__organisation=organisation_id)
    for row in rows.select_related("origin").order_by("origin_id", "position"):
        if fault := _checked(row).fault:
            what = f"imported a trail of {row.organisation_name}: {fault}"
            yield Fault(row.origin.stated.get("seq", 0), what, Kind.EDITED)


def _emptied(row: OriginTrail) -> str:
    """The fault of erased texts: an entry of here names each; "" for none."""
    named = _named_erased(row)
    events = row.events.filter(salts__contains="=").order_by("seq")
    rows = events.values_list("seq", "action", "payload", "salts")
    for seq, action, payload, salts in rows.iterator():
        for place in erased(json.loads(payload), salts):
            may = may_be_erased(place, texts_of(action))
            if (str(seq), place) not in named or not may:
                return f"event {seq}: {place} was erased, and no entry records it"
    return ""


def _named_erased(row: OriginTrail) -> set[tuple[str, Place]]:
    """Number and place of each text that came erased or was erased here."""
    events = Event.objects.filter(organisation_id=row.origin.organisation_id)
    named: set[tuple[str, Place]] = set()
    if coming := events.filter(seq=row.origin.stated.get("seq", 0)).first():
        came = own.changes(coming)[1].get("erased", {})
        named |= _places(came.get(str(row.position), {}))
    for event in events.filter(action=TRAIL_ERASED).order_by("seq"):
        named |= _places(own.changes(event)[1].get("there", {}).get(str(row.pk), {}))
    return named


def _places(events: dict[str, list[Place]]) -> set[tuple[str, Place]]:
    return {(seq, place) for seq, places in events.items() for place in places}


def _entry(event: OriginEvent, trail: OriginTrail) -> Entry:
    said = readable(json.loads(event.payload), event.salts)
    names = trail.names
    is_answer = event.subject_label == "answer"
    key = names["answers"].get(event.subject_id, "") if is_answer else ""
    return Entry(
        seq=event.seq,
        at=event.at,
        who=names["people"].get(event.actor_id, "Attest"),
        what=event_in_words(event.action, said.get("before", {}), said.get("after", {}), key),
        hash=event.hash,
    )
