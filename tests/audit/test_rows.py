"""A writer's block reads what it changes; a change that no event has does not commit."""

from datetime import date

import pytest
from django.db import connection

from compliance.audit import tables, trail
from compliance.audit.projection import Told, project
from compliance.audit.rows import inserted
from compliance.audit.transaction import attempt, writing
from compliance.evidence.events import EVIDENCE_DESCRIBED
from compliance.models import Checklist, Event, Evidence, Theme
from tests import factories


@pytest.fixture
def proof(cast):
    return factories.make_link(cast.acme, cast.ada)


def tell(cast, proof, **after):
    return trail.record(
        by=cast.ada,
        organisation_id=cast.acme.pk,
        action=EVIDENCE_DESCRIBED,
        subject=proof,
        before=dict.fromkeys(after, "was"),
        after=after,
    )


def rows_of(event):
    return trail.content_of(Event.objects.get(pk=event.pk)).get("rows", {})


def test_an_update_is_in_the_event_that_follows_it(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Other")
        event = tell(cast, proof, title="Other")
    assert rows_of(event) == {"said": [["title"]]}


def test_an_update_after_the_last_event_is_in_it(cast, proof):
    with writing():
        event = tell(cast, proof, title="Other")
        Evidence.objects.filter(pk=proof.pk).update(
            title="Other", expires_on=date(2030, 1, 2)
        )
    assert rows_of(event) == {
        "said": [["title"]],
        "set": {"evidence": [[["expires_on"], [str(proof.pk), "2030-01-02"]]]},
    }


def test_a_value_that_the_event_does_not_say_is_in_its_rows(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Another")
        event = tell(cast, proof, title="Other")
    assert rows_of(event)["texts"] == {
        "evidence": {str(proof.pk): {"title": "Another"}}
    }


def test_raw_sql_is_read_as_well(cast, proof):
    with writing():
        with connection.cursor() as cursor:
            cursor.execute('UPDATE "compliance_evidence" SET "title" = %s', ["Raw"])
        event = tell(cast, proof)
    assert rows_of(event)["texts"]["evidence"][str(proof.pk)] == {"title": "Raw"}


def test_a_row_that_goes_is_in_the_event(cast, proof):
    with writing():
        event = tell(cast, proof)
        Evidence.objects.filter(pk=proof.pk).delete()
    assert rows_of(event)["gone"] == {"evidence": [[str(proof.pk)]]}


def test_a_change_without_an_event_does_not_commit(cast, proof):
    with pytest.raises(RuntimeError, match="rows of evidence were changed"), writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Quietly")
    assert Evidence.objects.get(pk=proof.pk).title == proof.title


def test_rows_made_together_and_not_named_do_not_commit(cast):
    with pytest.raises(RuntimeError, match="name them"), writing():
        Theme.objects.bulk_create([Theme(key="a", name="A", position=1)])
    assert not Theme.objects.filter(key="a").exists()


def test_rows_made_together_are_in_the_event_once_they_are_named(cast, proof):
    with writing():
        themes = inserted(
            Theme.objects.bulk_create(
                Theme(key=key, name=key.upper(), position=at)
                for at, key in enumerate("ab", 8)
            )
        )
        event = tell(cast, proof)
    [[names, *rows]] = rows_of(event)["new"]["theme"]
    assert names == ["key", "position"]
    assert rows == [[themes[0].pk, "a", 8], [themes[1].pk, "b", 9]]


def change_and_give_up(cast, proof):
    Evidence.objects.filter(pk=proof.pk).update(title="Given up")
    tell(cast, proof, title="Given up")
    raise ValueError("no")


def test_what_an_attempt_changed_and_gave_up_is_forgotten(cast, proof):
    with writing():
        with pytest.raises(ValueError, match="no"), attempt():
            change_and_give_up(cast, proof)
        event = tell(cast, proof)
    assert rows_of(event) == {}


def test_an_event_before_a_block_that_is_given_up_is_written_with_its_rows(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Kept")
        event = tell(cast, proof, title="Kept")
        with pytest.raises(ValueError, match="no"), writing():
            change_and_give_up(cast, proof)
    assert rows_of(event) == {"said": [["title"]]}
    assert trail.verify(cast.acme.pk) is None


def test_each_of_two_events_has_what_was_changed_before_it(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="One")
        first = tell(cast, proof, title="One")
        Evidence.objects.filter(pk=proof.pk).update(title="Two")
        second = tell(cast, proof, title="Two")
    assert rows_of(first) == rows_of(second) == {"said": [["title"]]}


def test_an_event_that_waits_is_there_for_whoever_reads_events(cast, proof):
    with writing():
        event = tell(cast, proof, title="Other")
        assert Event.objects.get(seq=event.seq).hash == event.hash
        assert trail.head_of(cast.acme.pk) == (event.seq, event.hash)


def test_the_fold_of_the_events_is_the_table(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="One")
        tell(cast, proof, title="One")
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Two")
        tell(cast, proof, title="Two")
    row = tables.projected(cast.acme.pk)["evidence", str(proof.pk)]
    assert (row.values["title"], row.is_whole) == ("Two", False)
    assert list(tables.faults(cast.acme.pk)) == []
    Evidence.objects.filter(pk=proof.pk).update(title="Three")
    [fault] = tables.faults(cast.acme.pk)
    assert fault.what.endswith(f"“title” was changed after event {fault.seq}")


def test_a_new_row_leaves_out_what_is_blank_and_the_fold_knows_it():
    told = {"new": {"checklist": [[["key"], [7, "own"]]]}}
    rows = project([Told(1, ("edition", "1"), {"rows": told})])
    assert rows["checklist", "7"].is_whole
    assert rows["checklist", "7"].values == {"key": "own"}
    assert Checklist._meta.model_name == "checklist"
