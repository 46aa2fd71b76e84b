"""The trail: one chain an organisation, append-only below the ORM."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from compliance.proof.audit import trail, verification
from compliance.proof.audit.chain import START, canonical
from compliance.proof.audit.chain_check import Kind
from compliance.proof.audit.leaves import without
from compliance.proof.audit.models import ChainHead, Event
from tests.support.event_types import THING_DONE


def record(cast, action=THING_DONE, **after):
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
    assert verification.verify(cast.acme.pk) is None


def test_organisations_have_chains_of_their_own(cast):
    record(cast)
    assert trail.head_of(cast.other.pk) == (0, START)
    assert verification.verify(cast.other.pk).kind == Kind.GONE


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
        "UPDATE compliance_event SET payload = '', salts = ''",
        "UPDATE compliance_event SET salts = ''",
        "UPDATE compliance_event SET salts = '=', at = '2020-01-01 00:00:00+00:00'",
        "UPDATE compliance_event SET salts = '=', actor_id = NULL",
        "UPDATE compliance_event SET salts = '=', seq = 7",
        "UPDATE compliance_event SET salts = '=', hash = 'x'",
        "UPDATE compliance_event SET salts = '=', payload_hash = 'x'",
    ],
)
def test_database_refuses_to_change_events(cast, statement):
    record(cast)
    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        connection.cursor().execute(statement)
    assert verification.verify(cast.acme.pk) is None


def test_a_text_erased_by_hand_is_found_and_so_is_another_in_its_place(cast):
    event = record(cast, person="ada@example.org")
    content = json.loads(event.payload)
    left, salts, _ = without(content, event.salts, ["/**"], lambda place, text: True)
    rows = Event.objects.filter(pk=event.pk)
    rows.update(payload=canonical(left), salts=salts)
    fault = verification.verify(cast.acme.pk)
    assert (fault.seq, fault.kind) == (1, Kind.ERASED)  # no entry says so
    rows.update(payload=canonical(left | {"after": {"person": "eve"}}), salts=salts)
    assert verification.verify(cast.acme.pk).kind == Kind.EDITED


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
    assert "missing" in verification.verify(cast.acme.pk).what
