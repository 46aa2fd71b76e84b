"""Values of a bundle as rows of a table take them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

_DAYS = {
    "binds_from", "due_on", "later_until", "document_on", "covers_from", "covers_to",
    "expires_on", "period_from", "period_to",
}  # fmt: skip
_MOMENTS = {
    "na_confirmed_at", "answered_at", "changed_at", "archived_at", "added_at", "created_at", "closed_at",
    "started_at", "written_at", "resolved_at", "attached_at", "sent_at",
    "ended_at", "at", "stood_at", "signed_at", "asked_at", "decided_at",
}  # fmt: skip
BATCH = 500


def create(rows: Sequence[Any], dated: str) -> None:
    """Add rows with the moment they had; the field would take that of now."""
    if not rows:
        return
    moments = [getattr(row, dated) for row in rows]
    manager = type(rows[0])._default_manager
    manager.bulk_create(rows, batch_size=BATCH)
    for row, moment in zip(rows, moments, strict=True):
        setattr(row, dated, moment)
    manager.bulk_update(rows, [dated], batch_size=BATCH)


def values_of(row: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Fields of a row as Python takes them: days and moments are no text."""
    return {name: _python(name, row[name]) for name in names}


def _python(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _DAYS:
        return date.fromisoformat(value)
    return _moment(value) if name in _MOMENTS else value


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)
