"""A question of a draft saves itself at each pause: a run of such saves reads as one change."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from compliance.content.checklists.events import QUESTION_CHANGED
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.models import Event

PAUSE = timedelta(minutes=5)
"""The longest time between two saves of one run."""

Values = dict[str, Any]
Place = tuple[str, str, str]


@dataclass(slots=True)
class Change:
    """Events that read as one, oldest first; the values before the first and after the last.

    Values have no "key": that is in ``place``, with the edition and the part.
    """

    place: Place
    events: list[Event]
    before: Values
    after: Values
    is_back: bool = False
    """Whether it brings an earlier state back: an undo, on which nothing goes on."""

    @property
    def newest(self) -> Event:
        return self.events[-1]


def changes_of(events: Sequence[Event]) -> list[Change]:
    """Events as changes, both newest first: one a change, but for the runs among them.

    A run is what one person writes into the same field of a question, no two saves further
    apart than ``PAUSE``, however long it takes, and nothing else done between to the
    question or to the edition beside its questions. A save that brings an earlier state
    back is an undo, and stands alone. Translations stand alone, too: all languages are
    one field.
    """
    found: list[Change] = []
    last: dict[Place, Change] = {}
    stood: defaultdict[tuple[Place, frozenset[str]], list[Values]] = defaultdict(list)
    for event in reversed(events):
        one = _alone(event)
        if event.subject_label == "edition" and one.place[1] != "question":
            last = {at: run for at, run in last.items() if at[0] != event.subject_id}
        if event.action == QUESTION_CHANGED:
            left = stood[one.place, frozenset(one.after)]
            one.is_back = one.after in left
            left.append(one.before)
        run = last.get(one.place)
        if run and _goes_on(run, one):
            run.events.append(event)
            run.after = one.after
            continue
        last[one.place] = one
        found.append(one)
    return sorted(found, key=lambda change: -change.newest.seq)


def _alone(event: Event) -> Change:
    if event.subject_label != "edition":
        return Change((event.subject_label, event.subject_id, ""), [event], {}, {})
    before, after = map(dict, trail.changes(event))
    key = before.pop("key", "") or after.get("key", "")
    kind = event_types.find(event.action)
    place = (event.subject_id, kind.part if kind else "", str(key))
    return Change(place, [event], before, after)


def _goes_on(run: Change, one: Change) -> bool:
    old, new = run.newest, one.newest
    return (
        old.action == new.action == QUESTION_CHANGED
        and not (run.is_back or one.is_back or old.is_erased or new.is_erased)
        and old.actor_id == new.actor_id
        and trail.token_of(old) == trail.token_of(new)
        and new.at - old.at <= PAUSE
        and run.after.keys() != {"translations"}
        and run.after == one.before
    )
