"""Sixteen ways to tamper with a trail, as somebody with the database's tools would.

Each takes the events, the head and a random generator; it gives back what the database
then holds and the first event that is bad.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import connection

from compliance.proof.audit.chain import (
    START,
    Link,
    Stored,
    canonical,
    link_digest,
    payload_digest,
)
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.leaves import without

OTHER = "globex"
SALTS = "salt-of-n salt-of-note salt-of-before"


def texts_of(action):
    """The part of these events that may be erased: their note."""
    return ["/after/note"] if action == "answer.saved" else []


def chain_of(count, organisation="acme", first=START):
    """Events as ``trail.record`` writes them, and their head."""
    events, previous = [], first
    for seq in range(1, count + 1):
        payload = canonical({"before": {}, "after": {"n": seq, "note": f"words {seq}"}})
        link = Link(
            organisation_id=organisation,
            seq=seq,
            at=datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=seq),
            actor_id="7",
            action="answer.saved",
            subject_label="answer",
            subject_id=str(seq),
            scope_id="",
            payload_hash=payload_digest(SALTS, payload),
            previous_hash=previous,
        )
        previous = link_digest(link)
        events.append(Stored(link, payload, SALTS, previous))
    return events, (count, previous)


def relink(event, **changes):
    """The event changed and hashed again."""
    link = replace(event.link, **changes)
    return replace(event, link=link, hash=link_digest(link))


def only(event, **changes):
    """The event changed, its hash left as it was."""
    return replace(event, link=replace(event.link, **changes))


def rewritten(event, text="{}"):
    payload = canonical({"before": {}, "after": {"n": text, "note": "words"}})
    return replace(relink(event, payload_hash=payload_digest(SALTS, payload)), payload=payload)


def chained(events, at):
    """Hash everything from a place on again, so that it follows."""
    done = list(events[:at])
    for event in events[at:]:
        previous = done[-1].hash if done else START
        done.append(relink(event, previous_hash=previous, seq=len(done) + 1))
    return done


def numbered(events):
    """Close the gaps in the numbers, as a hurried forger would."""
    return [only(event, seq=seq) for seq, event in enumerate(events, 1)]


def edit_field(events, head, rng):
    at = rng.randrange(len(events))
    what = rng.choice(["payload", "actor_id", "action", "subject_id", "scope_id"])
    bad = (
        replace(events[at], payload=events[at].payload.replace("n", "m"))
        if what == "payload"
        else only(events[at], **{what: "forged"})
    )
    return [*events[:at], bad, *events[at + 1 :]], head, at + 1, Kind.EDITED


def edit_and_rehash_row(events, head, rng):
    at = rng.randrange(len(events))
    bad = rewritten(events[at])
    return [*events[:at], bad, *events[at + 1 :]], head, at + 1, Kind.REHASHED


def edit_and_rehash_tail(events, head, rng):
    """Needs a checkpoint."""
    at = rng.randrange(len(events))
    done = chained([*events[:at], rewritten(events[at]), *events[at + 1 :]], at)
    return done, (len(done), done[-1].hash), at + 1, Kind.REWRITTEN


def delete_middle(events, head, rng):
    at = rng.randrange(1, len(events) - 1)
    left = [*events[:at], *events[at + 1 :]]
    if rng.random() < 0.5:
        left, head = numbered(left), (len(left), left[-1].hash)
    return left, head, at + 1, Kind.DELETED


def delete_first(events, head, rng):
    left = events[rng.randrange(1, 4) :]
    if rng.random() < 0.5:
        left, head = numbered(left), (len(left), left[-1].hash)
    return left, head, 1, Kind.FIRST_DELETED


def cut_tail(events, head, rng):
    at = rng.randrange(1, len(events))
    return events[:at], head, at + 1, Kind.CUT


def swap(events, head, rng):
    first, second = sorted(rng.sample(range(len(events)), 2))
    done = list(events)
    done[first], done[second] = done[second], done[first]
    return numbered(done), head, first + 1, Kind.SWAPPED


def reorder_block(events, head, rng):
    a, b, c = sorted(rng.sample(range(len(events) - 1), 3))
    done = [*events[:a], *events[b : c + 1], *events[a:b], *events[c + 1 :]]
    if c + 1 - b == 1 and b - a == 1:
        return numbered(done), head, a + 1, Kind.SWAPPED
    return numbered(done), head, a + 1, Kind.REORDERED


def duplicate(events, head, rng):
    at, to = rng.randrange(len(events)), rng.randrange(len(events))
    if rng.random() < 0.4:  # behind itself, with its own number
        done = [*events[: at + 1], events[at], *events[at + 1 :]]
        return done, head, at + 1, Kind.DUPLICATED
    if rng.random() < 0.5:  # at the end
        to = len(events)
    if to <= at:
        to = at + 1
    done = numbered([*events[:to], events[at], *events[to:]])
    return done, head, to + 1, Kind.DUPLICATED


def insert(events, head, rng):
    at = rng.randrange(1, len(events))
    forged = rewritten(events[at], "forged")
    if rng.random() < 0.3:  # the same number twice
        done = [*events[: at + 1], forged, *events[at + 1 :]]
        return done, head, at + 1, Kind.INSERTED
    if rng.random() < 0.5:  # not hashed
        forged = replace(forged, hash="f" * 64)
    done = [*events[:at], forged, *(only(e, seq=e.link.seq + 1) for e in events[at:])]
    return done, head, at + 1, Kind.INSERTED


def back_date(events, head, rng):
    at = rng.randrange(1, len(events))
    bad = only(events[at], at=datetime(2020, 1, 1, tzinfo=UTC))
    return [*events[:at], bad, *events[at + 1 :]], head, at + 1, Kind.BACKDATED


def move_to_another_organisation(events, head, rng):
    """The faults that the other organisation's chain then shows."""
    theirs, _ = chain_of(len(events) + 3, OTHER)
    moved = only(rng.choice(theirs), organisation_id="acme", seq=len(events) + 1)
    if rng.random() < 0.5:  # in the place of another one
        at = rng.randrange(len(events))
        done = [*events[:at], only(moved, seq=at + 1), *events[at + 1 :]]
        return done, head, at + 1, Kind.MOVED
    done = [*events, moved]
    return done, (len(done), moved.hash), len(done), Kind.MOVED


def roll_back(events, head, rng):
    """An older state of the whole database; needs a checkpoint."""
    at = rng.randrange(1, len(events))
    return events[:at], (at, events[at - 1].hash), at + 1, Kind.ROLLED_BACK


def erased(event, goes=lambda place, text: True):
    """The event without its note, as erasing leaves it."""
    texts = texts_of(event.link.action)
    content, salts, _ = without(json.loads(event.payload), event.salts, texts, goes)
    return replace(event, payload=canonical(content), salts=salts)


def erase_text(events, head, rng):
    """Erase as the action does, without its entry."""
    at = rng.randrange(len(events))
    bad = erased(events[at])
    return [*events[:at], bad, *events[at + 1 :]], head, at + 1, Kind.ERASED


def empty_content(events, head, rng):
    """Everything out of an event, as if somebody had erased it."""
    at = rng.randrange(len(events))
    bad = replace(events[at], payload="", salts="")
    return [*events[:at], bad, *events[at + 1 :]], head, at + 1, Kind.EDITED


OF_THE_CHAIN = [
    edit_field,
    edit_and_rehash_row,
    delete_middle,
    delete_first,
    cut_tail,
    swap,
    reorder_block,
    duplicate,
    insert,
    back_date,
    move_to_another_organisation,
    erase_text,
    empty_content,
]
WITH_CHECKPOINT = [edit_and_rehash_tail, roll_back]


class Guardless:
    """A stretch without the database's triggers; they are there again afterwards."""

    def __enter__(self):
        with connection.cursor() as cursor:
            if connection.vendor != "sqlite":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET session_replication_role = replica")
                return
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            self.triggers = cursor.fetchall()
            for name, _ in self.triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')

    def __exit__(self, *error):
        with connection.cursor() as cursor:
            if connection.vendor != "sqlite":
                cursor.execute("SET session_replication_role = DEFAULT")
                return
            for _, sql in self.triggers:
                cursor.execute(sql)
