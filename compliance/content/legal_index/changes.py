"""How the law changed, from the trail of the library: newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from compliance.content.legal_index.amendments import FIELDS, State, words
from compliance.content.legal_index.events import PROVISIONS_SET
from compliance.content.legal_index.models import Provision
from compliance.proof.audit import trail
from compliance.proof.audit.models import LIBRARY, Event

MOST = 500
"""Events that are looked through at most: some forty years of monthly indexes."""


@dataclass(frozen=True, slots=True)
class Change:
    """One provision that changed; ``seq`` is the event in which it did."""

    seq: int
    at: datetime
    provision: Provision
    words: str

    @property
    def common_part(self) -> tuple[int, str]:
        """The common part of changes that are shown together."""
        return self.seq, self.words


def recorded(*, after: int = 0) -> list[Change]:
    """Changes after an event of the library, or ever: two queries."""
    events = _events().filter(seq__gt=after)
    found = [(event, _before(event)) for event in events[:MOST]]
    cites = {cite for _, before in found for cite in before}
    if not cites:
        return []
    rows = Provision.objects.filter(cite__in=cites)
    return list(_changes(found, rows.select_related("instrument", "successor")))


def of_provisions(provisions: Iterable[Provision], since: datetime | None) -> list[Change]:
    """How provisions, with their successors joined, changed since a moment: one query."""
    rows = list(provisions)
    instruments = {str(row.instrument_id) for row in rows}
    events = _events().filter(subject_id__in=instruments)
    if since:
        events = events.filter(at__gt=since)
    found = [(event, _before(event)) for event in events[:MOST]]
    return list(_changes(found, rows))


def _events() -> QuerySet[Event]:
    """Events that set provisions, newest first."""
    return trail.events_of(LIBRARY).filter(subject_label="instrument", action=PROVISIONS_SET)


def _before(event: Event) -> dict[str, Any]:
    """Citation to what an event changed of it; one that is new has nothing before."""
    before, _ = trail.changes(event)
    return dict(before.get("provisions", {}))


def _changes(found: Iterable[tuple[Event, dict[str, Any]]], rows: Iterable[Provision]) -> Iterator[Change]:
    """Goes back from how each provision stands now, since events keep differences."""
    known = {row.cite: row for row in rows}
    states = {cite: _state(row) for cite, row in known.items()}
    for event, before in found:
        ours = [cite for cite in before if cite in known and FIELDS & set(before[cite])]
        for cite in sorted(ours, key=lambda cite: known[cite].position):
            new = states[cite]
            states[cite] = old = new.with_values(before[cite])
            yield Change(event.seq, event.at, known[cite], words(old, new))


def _state(row: Provision) -> State:
    successor = row.successor.cite if row.successor else ""
    return State(row.applies_from, row.status, successor)
