"""The changes to a draft that can be undone, as listed beside their Undo."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import QuerySet

from compliance.content.checklists.events import EDITION_CHANGED
from compliance.content.checklists.models import Edition
from compliance.content.checklists.pauses import PAUSE, Change, Place, changes_of
from compliance.ground.web.languages import language_name
from compliance.ground.web.text import counted
from compliance.identity.organisations.models import User
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.event_types import Does
from compliance.proof.audit.models import LIBRARY, Event

MOST_OFFERED = 5
MOST_READ = 50
STRETCH = 500


@dataclass(frozen=True, slots=True)
class Done:
    """A change: to which part of the draft, what is said of it, and its event."""

    seq: int
    part: str
    key: str
    words: str
    at: datetime

    @property
    def place(self) -> dict[str, str]:
        """The address parameters that open the part; empty for one without a page."""
        is_shown = self.part in {"question", "section"} and self.key
        return {self.part: self.key} if is_shown else {}


def find(edition: Edition, seq: int) -> Event:
    """The event of a change that can be undone; else ``Event.DoesNotExist``."""
    found: Event = _events(edition).get(seq=seq)
    return found


def change_of(edition: Edition, event: Event) -> Change:
    """An event with the saves before it that read as one change with it.

    Reads back to a pause in the part, however long it was written on.
    """
    upto = _all(edition).filter(seq__lte=event.seq)
    read: list[Event] = []
    while True:
        stretch = list(upto[len(read) : len(read) + STRETCH])
        read += stretch
        changes = changes_of(read)
        if len(stretch) < STRETCH or _is_parted(changes, read[-1]):
            return changes[0]


def _is_parted(changes: list[Change], oldest: Event) -> bool:
    """Whether a pause lies before the newest change, with all since then read."""
    here = [one for one in changes if one.place == changes[0].place]
    times = [event.at for one in here for event in reversed(one.events)]
    pairs = pairwise([*times, oldest.at])
    return any(later - earlier > PAUSE for later, earlier in pairs)


def _events(edition: Edition) -> QuerySet[Event]:
    """The events that can be undone; what is left of an erased one says too little."""
    undoable = [one for one in event_types.those(subject="edition") if one.undo_words]
    return _all(edition).filter(action__in=undoable).exclude(salts__contains="=")


def _all(edition: Edition) -> QuerySet[Event]:
    chain = edition.checklist.organisation_id or LIBRARY
    return trail.events_of(chain).filter(subject_label="edition", subject_id=str(edition.pk))


def describe(event: Event) -> Done:
    """A change in words."""
    before, after = trail.changes(event)
    kind = event_types.named(event.action)
    key = before.get("key") or after.get("key", "")
    shown = "" if kind.does == Does.REMOVES else key
    return Done(event.seq, kind.part, shown, _words(event, before, after), event.at)


def last(edition: Edition, person: User) -> list[Done]:
    """A person's last changes to a draft that nothing has overtaken, newest first.

    At most ``MOST_OFFERED`` among the draft's ``MOST_READ`` newest changes: one query.
    A change is overtaken by a later one, anybody's, of the same fields of its part;
    adding and removing a part by any later change of it.
    """
    found: list[Done] = []
    touched: defaultdict[Place, set[str]] = defaultdict(set)
    newest = list(_all(edition)[:MOST_READ])
    for change in changes_of(newest):
        event, after, place = change.newest, change.after, change.place
        kind = event_types.find(event.action)
        if kind is None or event.is_erased:
            continue
        is_whole = kind.does in {Does.ADDS, Does.REMOVES}
        later = touched[place] if is_whole else touched[place] & after.keys()
        is_offered = event.actor_id == person.pk and bool(kind.undo_words) and not later
        touched[place] |= {*after, event.action}
        if is_offered:
            found.append(describe(event))
    return found[:MOST_OFFERED]


def _words(event: Event, before: dict[str, Any], after: dict[str, Any]) -> str:
    if "copied_from" in after:
        return f"{after['key']} is a copy of {after['copied_from']}."
    if event.action == EDITION_CHANGED and "translations" in after:
        old, new = before["translations"] or {}, after["translations"] or {}
        for code in sorted(old.keys() ^ new.keys()):
            state = "added" if code in new else "removed"
            return f"{language_name(code)} is {state}."
    values = defaultdict(str, before | after)
    values["count"] = counted(len(after.get("questions", ())), "question")
    return event_types.named(event.action).undo_words.format_map(values)
