"""The trail: one chain an organisation, append-only, every tampering named."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from compliance.audit import trail
from compliance.audit.chain import (
    START,
    Link,
    Stored,
    first_fault,
    link_digest,
    payload_digest,
)
from compliance.audit.models import ChainHead, Event


def chain_of(count):
    events, previous = [], START
    for seq in range(1, count + 1):
        payload = json.dumps({"before": {}, "after": {"n": seq}})
        link = Link(
            organisation_id="acme",
            seq=seq,
            at=datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=seq),
            actor_id="7",
            action="answer.saved",
            subject_label="answer",
            subject_id=str(seq),
            scope_id="",
            payload_hash=payload_digest("salt", payload),
            previous_hash=previous,
        )
        previous = link_digest(link)
        events.append(Stored(link, payload, "salt", previous))
    return events, (count, previous)


def rehash(event, **changes):
    link = replace(event.link, **changes)
    return replace(event, link=link, hash=link_digest(link))


TAMPERINGS = {
    "edited payload": (lambda e: [*e[:4], replace(e[4], payload="{}"), *e[5:]], 5),
    "edited payload, row hashed again": (
        lambda e: [
            *e[:4],
            rehash(
                replace(e[4], payload="{}"), payload_hash=payload_digest("salt", "{}")
            ),
            *e[5:],
        ],
        6,
    ),
    "edited actor": (
        lambda e: [
            *e[:4],
            replace(e[4], link=replace(e[4].link, actor_id="8")),
            *e[5:],
        ],
        5,
    ),
    "back-dated": (
        lambda e: [
            *e[:4],
            replace(e[4], link=replace(e[4].link, at=datetime(2020, 1, 1, tzinfo=UTC))),
            *e[5:],
        ],
        5,
    ),
    "middle deleted": (lambda e: [*e[:4], *e[5:]], 5),
    "first deleted": (lambda e: e[1:], 1),
    "tail cut": (lambda e: e[:-2], 9),
    "two swapped": (lambda e: [*e[:3], e[4], e[3], *e[5:]], 4),
    "duplicated": (lambda e: [*e[:5], e[4], *e[5:]], 5),
    "moved to another organisation": (
        lambda e: [
            *e[:4],
            replace(e[4], link=replace(e[4].link, organisation_id="x")),
            *e[5:],
        ],
        5,
    ),
    "everything gone": (lambda e: [], 1),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_at_its_first_event(name):
    events, head = chain_of(10)
    change, seq = TAMPERINGS[name]
    assert first_fault(change(events), head).seq == seq


def test_clean_chain_stands():
    events, head = chain_of(50)
    assert first_fault(events, head) is None


def record(cast, action="thing.done", **after):
    with transaction.atomic():
        return trail.record(
            by=cast.ada,
            organisation_id=cast.acme.pk,
            action=action,
            subject=cast.acme,
            after=after,
        )


def test_events_of_an_organisation_follow_each_other(cast):
    first, second = record(cast, n=1), record(cast, n=2)
    assert (first.seq, second.seq) == (1, 2)
    assert second.previous_hash == first.hash
    assert trail.head_of(cast.acme.pk) == (2, second.hash)
    assert trail.verify(cast.acme.pk) is None


def test_organisations_have_chains_of_their_own(cast):
    record(cast)
    assert trail.head_of(cast.other.pk) == (0, START)
    assert trail.verify(cast.other.pk) is None


def test_event_keeps_what_changed(cast):
    event = record(cast, name="Ünï 🙂 \u202etest")
    assert trail.changes(Event.objects.get(pk=event.pk)) == (
        {},
        {"name": "Ünï 🙂 \u202etest"},
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE compliance_event SET action = 'x'",
        "UPDATE compliance_event SET payload = '{}' WHERE seq = 1",
        "DELETE FROM compliance_event",
    ],
)
def test_database_refuses_to_change_events(cast, statement):
    record(cast)
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        connection.cursor().execute(statement)
    assert trail.verify(cast.acme.pk) is None


def test_orm_cannot_change_events_either(cast):
    event = record(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(action="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()


def test_change_that_fails_leaves_no_event(cast):
    @transaction.atomic
    def change():
        record(cast)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()
    assert trail.head_of(cast.acme.pk) == (0, START)


def test_moved_head_is_a_fault(cast):
    record(cast)
    ChainHead.objects.filter(pk=cast.acme.pk).update(seq=2)
    assert "missing" in trail.verify(cast.acme.pk).what
