"""Do auditors' seats stand as the trail says they were given and ended?"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.seats.events import SEAT_ENDED, SEAT_GIVEN, SEAT_TAKEN_UP
from compliance.seats.models import Seat

_WORDS = {
    "assessment_id": "assessment",
    "user_id": "person",
    "from_on": "first day",
    "until_on": "last day",
    "purpose": "purpose",
    "given_by_id": "giver",
    "ended_by_id": "end",
}


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
            "from_on": after["from"],
            "until_on": after["until"],
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
