"""Do auditors' seats, given and offered, stand as the trail says?"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import models

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.organisations.events import (
    INVITATION_ACCEPTED,
    INVITATION_DECLINED,
    INVITATION_ENDED,
)
from compliance.seats.events import (
    SEAT_ENDED,
    SEAT_GIVEN,
    SEAT_OFFER_ENDED,
    SEAT_OFFERED,
    SEAT_TAKEN_UP,
)
from compliance.seats.models import Seat, SeatOffer

_WORDS = {
    "assessment_id": "assessment",
    "user_id": "person",
    "from_on": "first day",
    "until_on": "last day",
    "purpose": "purpose",
    "given_by_id": "giver",
    "ended_by_id": "end",
    "person": "person",
}
_COME = (INVITATION_ACCEPTED, INVITATION_ENDED, INVITATION_DECLINED)
"""The offers of an invitation go with it."""


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Seats that were made, changed or taken away without an entry."""
    yield from trail.settled(organisation_id, lambda: _faults(organisation_id))


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    missing = _told(organisation_id)
    for row in (
        Seat.objects.filter(assessment__organisation=organisation_id)
        .select_related("user")
        .order_by("pk")
    ):
        name = f"the seat {row.pk} of {row.user}"
        seq, values = missing.pop(row.pk, (0, {}))
        if not values:
            yield Fault(0, f"{name} was given without an entry", Kind.SEAT)
            continue
        unlike = [n for n, told in values.items() if _plain(getattr(row, n)) != told]
        if unlike:
            what = f"{name}: its {_WORDS[unlike[0]]} was changed since"
            yield Fault(seq, f"{what} without an entry", Kind.SEAT)
    for pk, (seq, values) in missing.items():
        what = f"the seat {pk}, until {values['until_on']}, was taken away"
        yield Fault(seq, f"{what} without an entry", Kind.SEAT)
    yield from _unlike_offers(organisation_id)


def _unlike_offers(organisation_id: UUID) -> Iterator[Fault]:
    """Those that wait, since accepting the invitation takes them up."""
    missing = _offered(organisation_id)
    offers = SeatOffer.objects.filter(assessment__organisation=organisation_id)
    rows = offers.values(
        "pk", "assessment_id", "from_on", "until_on", "purpose", "given_by_id",
        person=models.F("invitation__email"),
    )  # fmt: skip
    for row in map(dict[str, Any], rows.order_by("pk")):
        name = f"the offered seat {row['pk']} of {row['person']}"
        seq, values = missing.pop(row["pk"], (0, {}))
        if not values:
            yield Fault(0, f"{name} was offered without an entry", Kind.SEAT)
        elif unlike := [n for n, told in values.items() if _plain(row[n]) != told]:
            what = f"{name}: its {_WORDS[unlike[0]]} was changed since"
            yield Fault(seq, f"{what} without an entry", Kind.SEAT)
    for pk, (seq, values) in missing.items():
        what = f"the offered seat {pk} of {values['person']} was taken away"
        yield Fault(seq, f"{what} without an entry", Kind.SEAT)


def _offered(organisation_id: UUID) -> dict[int, tuple[int, dict[str, Any]]]:
    """Each offered seat that waits, by its id: its event, and what that says."""
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    events = Event.objects.filter(
        organisation_id=organisation_id,
        action__in=[SEAT_OFFERED, SEAT_OFFER_ENDED, *_COME],
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        before, after = trail.changes(event)
        if event.action in _COME:
            came = (before | after)["person"]
            found = {k: v for k, v in found.items() if v[1]["person"] != came}
        elif event.action == SEAT_OFFERED:
            values = {
                "assessment_id": after["assessment"],
                "from_on": after["from_on"],
                "until_on": after["until_on"],
                "purpose": after["purpose"],
                "given_by_id": event.actor_id,
                "person": after["person"],
            }
            found[int(event.subject_id)] = (event.seq, values)
        else:
            found.pop(int(event.subject_id), None)
    return found


def _told(organisation_id: UUID) -> dict[int, tuple[int, dict[str, Any]]]:
    """Each seat by its id: the last event about it, and what it says."""
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    events = Event.objects.filter(
        organisation_id=organisation_id,
        subject_label="seat",
        action__in=[SEAT_GIVEN, SEAT_TAKEN_UP, SEAT_ENDED],
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        _, after = trail.changes(event)
        pk = int(event.subject_id)
        if event.action == SEAT_ENDED:
            _, values = found.get(pk, (0, {}))
            found[pk] = (event.seq, values | {"ended_by_id": event.actor_id})
            continue
        values = {
            "user_id": after["user_id"],
            "from_on": after["from_on"],
            "until_on": after["until_on"],
            "purpose": after["purpose"],
            "given_by_id": after["given_by_id"],
            "ended_by_id": None,
        }
        if "assessment" in after:  # as events say since they know it
            values["assessment_id"] = after["assessment"]
        found[pk] = (event.seq, values)
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)
