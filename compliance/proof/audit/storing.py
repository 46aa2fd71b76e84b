"""Fields of a row that may be new, set with one event."""

from typing import Any
from uuid import UUID

from compliance.proof.audit import trail
from compliance.proof.audit.event_types import EventType
from compliance.proof.audit.models import LIBRARY

type Types = tuple[EventType, EventType]
"""The type of the event that adds a row, and of the one that changes it."""


def stored(by: Any, row: Any, fields: dict[str, Any], types: Types, chain: UUID = LIBRARY) -> bool:
    """Set fields of a row that may be new, with one event; False when all stood so."""
    is_new = row.pk is None
    changed = {n: v for n, v in fields.items() if is_new or getattr(row, n) != v}
    if not changed:
        return False
    before = {} if is_new else {name: getattr(row, name) for name in changed}
    for name, value in changed.items():
        setattr(row, name, value)
    row.save()
    trail.record(
        by=by,
        organisation_id=chain,
        action=types[0] if is_new else types[1],
        subject=row,
        before=before,
        after=changed | ({"key": row.key} if is_new else {}),
    )
    return True


def difference(values: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The values that differ from another's."""
    return {name: value for name, value in values.items() if other[name] != value}
