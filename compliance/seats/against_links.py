"""Are share links those that the trail tells, until when and for which assessment?"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event
from compliance.organisations.actions import hash_of
from compliance.organisations.models import OVER
from compliance.seats.events import SHARE_MADE, SHARE_REVOKED
from compliance.seats.models import ShareLink

_WORDS = {
    "assessment_id": "assessment",
    "label": "label",
    "token_mark": "token",
    "expires_at": "end",
    "made_by_id": "maker",
    "revoked_by_id": "taking back",
}


_ENDED = {"token_mark", "expires_at"}
"""Columns that a backup changes, so that its links open nothing where it is restored."""


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Links that were made, changed or taken away without an entry."""
    yield from trail.settled(organisation_id, lambda: _faults(organisation_id))


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    missing = _told(organisation_id)
    rows = ShareLink.objects.filter(assessment__organisation=organisation_id)
    for row in rows.order_by("pk"):
        name = f"the share link {row.pk}, “{row.label}”"
        seq, values = missing.pop(row.pk, (0, {}))
        unlike = [n for n, told in values.items() if _now(row, n) != told]
        if row.token_hash.startswith(OVER):  # in a restored installation, or as good as
            unlike = [name for name in unlike if name not in _ENDED]
        if not values:
            yield Fault(0, f"{name} was made without an entry", Kind.SHARE)
        elif unlike:
            what = f"{name}: its {_WORDS[unlike[0]]} was changed since"
            yield Fault(seq, f"{what} without an entry", Kind.SHARE)
    for pk, (seq, _) in missing.items():
        what = f"the share link {pk} was taken away without an entry"
        yield Fault(seq, what, Kind.SHARE)


def _told(organisation_id: UUID) -> dict[int, tuple[int, dict[str, Any]]]:
    """Each link by its id: the last event about it, and what it says.

    The label is left out where a name in it was erased.
    """
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    events = Event.objects.filter(
        organisation_id=organisation_id,
        subject_label="sharelink",
        action__in=[SHARE_MADE, SHARE_REVOKED],
    )
    for event in events.order_by("seq").iterator(chunk_size=2000):
        pk = int(event.subject_id)
        if event.action == SHARE_REVOKED:
            _, values = found.get(pk, (0, {}))
            found[pk] = (event.seq, values | {"revoked_by_id": event.actor_id})
            continue
        _, after = trail.changes(event)
        values = {
            "assessment_id": after["assessment"],
            "label": after["title"],
            "token_mark": after["token_mark"],
            "expires_at": after["until"],
            "made_by_id": event.actor_id,
            "revoked_by_id": None,
        }
        if event.is_erased:
            del values["label"]
        found[pk] = (event.seq, values)
    return found


def _now(row: ShareLink, name: str) -> Any:
    if name == "token_mark":
        return hash_of(row.token_hash)
    return _plain(getattr(row, name))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
