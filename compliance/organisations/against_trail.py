"""Are members and invitations those that the trail tells, with their roles?"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.organisations.events import (
    MEMBER_LEFT,
    MEMBER_REMOVED,
    ORGANISATION_CREATED,
)
from compliance.organisations.models import Invitation, Membership

_GONE = {MEMBER_REMOVED, MEMBER_LEFT}
_TOLD = ("role", "user_id")


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Members and invitations that were made or changed without an entry."""
    yield from trail.settled(organisation_id, lambda: _faults(organisation_id))


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    events = Event.objects.filter(organisation_id=organisation_id)
    missing = _told(events)
    knows_all = events.filter(action=ORGANISATION_CREATED).exists()
    rows = Membership.objects.filter(organisation=organisation_id)
    for row in rows.select_related("user").order_by("pk"):
        seq, values = missing.pop(row.pk, (0, {}))
        if not values:
            if knows_all:
                what = f"{row.user} was made a member without an entry"
                yield Fault(0, what, Kind.MEMBER)
        elif values["role"] != row.role:
            what = f"the role of {row.user} was changed since without an entry"
            yield Fault(seq, what, Kind.MEMBER)
        elif values.get("user_id", row.user_id) != row.user_id:
            what = f"the membership of another went to {row.user} without an entry"
            yield Fault(seq, what, Kind.MEMBER)
    for pk, (seq, values) in missing.items():
        what = f"the member {pk}, {values['role']}, was taken away without an entry"
        yield Fault(seq, what, Kind.MEMBER)
    yield from _unlike_invitations(organisation_id, knows_all)


def _unlike_invitations(organisation_id: UUID, knows_all: bool) -> Iterator[Fault]:
    """Those that wait, since accepting one gives its role."""
    events = Event.objects.filter(
        organisation_id=organisation_id, subject_label="invitation"
    )
    told: dict[int, tuple[int, Any]] = {}
    for event in events.order_by("seq").iterator(chunk_size=2000):
        told[int(event.subject_id)] = (event.seq, trail.changes(event)[1])
    for row in Invitation.objects.filter(organisation=organisation_id).order_by("pk"):
        seq, after = told.get(row.pk, (0, {}))
        if not after:
            if knows_all:
                what = f"{row.email} was invited without an entry"
                yield Fault(0, what, Kind.MEMBER)
        elif (after["person"], after["role"]) != (row.email, row.role):
            what = f"the invitation of {row.email} was changed since without an entry"
            yield Fault(seq, what, Kind.MEMBER)


def _told(events: Any) -> dict[int, tuple[int, dict[str, Any]]]:
    """Each membership that stands by its id: the last event about it, what it says."""
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    about = events.filter(subject_label="membership").order_by("seq")
    for event in about.iterator(chunk_size=2000):
        pk = int(event.subject_id)
        if event.action in _GONE:
            found.pop(pk, None)
            continue
        _, after = trail.changes(event)
        said = {name: after[name] for name in _TOLD if name in after}
        if said:
            _, values = found.get(pk, (0, {}))
            found[pk] = (event.seq, values | said)
    return found
