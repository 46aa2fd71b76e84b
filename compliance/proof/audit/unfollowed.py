"""Events that no row follows: they say that something was done, and the rows of their
chain say nothing of it, or something else. Pure.

``EventType.writes`` is the table of which such an event changes a row. Of events that
were recorded together the last may have the rows of all.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from compliance.proof.audit.event_types import EventType, every, find
from compliance.proof.audit.leaves import ERASED
from compliance.proof.audit.projection import At, RecordedEvent, Rows, project, touched

Found = Iterator[tuple[int, str]]
"""Number of an event, and what is wrong with it."""
_Was = dict[At, Mapping[str, Any] | None]
"""Rows as they were before some events changed them; None for one that was not there."""


def types() -> set[str]:
    """The types whose events rows have to follow."""
    return {kind for kind in every() if _table_of(kind)}


def unfollowed(events: Iterable[RecordedEvent], rows: Rows) -> Found:
    """Fold events, in order, into ``rows``; those that no row follows."""
    group: list[RecordedEvent] = []
    was: _Was = {}
    for event in events:
        if group and not _are_together(group[-1], event):
            yield from _settled(group, was, rows)
            group, was = [], {}
        for at in touched(event):
            if at not in was:
                was[at] = rows[at].values if at in rows else None
        project([event], rows)
        group.append(event)
    yield from _settled(group, was, rows)


def _are_together(one: RecordedEvent, other: RecordedEvent) -> bool:
    span = one.content.get("together")
    return bool(span) and other.content.get("together") == span


def _settled(group: list[RecordedEvent], was: _Was, rows: Rows) -> Found:
    last = defaultdict[At, dict[str, tuple[RecordedEvent, Any]]](dict)
    """What the events say of the columns of rows; the last of them about one counts."""
    for event in group:
        kind = find(event.action)
        table = _table_of(kind) if kind else ""
        if kind is None or not table:
            continue
        try:
            key, after = _key(event, table), dict(event.content["after"])
        except (LookupError, TypeError, ValueError):
            yield event.seq, f"is no {kind} as this program writes it"
            continue
        if kind.writes and not _has_row(event, key, table, was, rows):
            yield event.seq, f"is {kind}, and no row of {table} was changed by it"
        says = {name: (event, value) for name, value in after.items()}
        # evidence that is put in says who answered, as the answer's own event did
        last[event.subject] |= {n: says[n] for n in says.keys() & last[event.subject]}
        last[table, key] |= says
    for at, said in last.items():
        values = rows[at].values if at in rows else {}
        for name, (event, value) in said.items():
            if name in values and not _agrees(value, values[name]):
                what = f"says another {name} of {at[0]} {at[1]} than the rows it changed"
                yield event.seq, what


def _table_of(kind: EventType) -> str:
    """The table of the row that such an event speaks of."""
    of_subject = kind.changes_answer or kind.changes_action
    return kind.writes or (kind.subject if of_subject else "")


def _key(event: RecordedEvent, table: str) -> str:
    """The row of a table that an event is about or names; "" where it names none."""
    label, own = event.subject
    if table == label:
        return own
    named = event.content["after"].get(table, "")
    return str(named[table] if isinstance(named, dict) else named)


def _has_row(event: RecordedEvent, key: str, table: str, was: _Was, rows: Rows) -> bool:
    """Whether a row of the table was changed: that of the key, or one of its subject."""
    if key:
        return (at := (table, key)) in was and _is_changed(was[at], rows, at)
    label, own = event.subject
    for at, before in was.items():
        if at[0] == table and _is_changed(before, rows, at):
            values = rows[at].values if at in rows else before or {}
            if str(values.get(f"{label}_id", own)) == own:
                return True
    return False


def _is_changed(before: Mapping[str, Any] | None, rows: Rows, at: At) -> bool:
    if before is None or at not in rows:
        return True
    return any(
        name not in before or value is ERASED or before[name] is ERASED
        or value != before[name]
        for name, value in rows[at].values.items()
    )  # fmt: skip


def _agrees(said: Any, value: Any) -> bool:
    """Whether an event says the value of a row: as it is, a part of it, its beginning, or
    the same moment."""
    if isinstance(said, dict) and isinstance(value, dict):
        return all(value.get(name) == said[name] for name in said)
    if said == value or not (isinstance(said, str) and isinstance(value, str)):
        return bool(said == value)
    if said.endswith("\u2026"):
        return value.startswith(said[:-1])
    try:
        return datetime.fromisoformat(said) == datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return False
