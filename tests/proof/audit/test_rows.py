"""A writer's block reads what it changes; a change that no event has does not commit."""

import uuid
from datetime import date

import pytest
from django.db import connection

from compliance.content.evidence.events import EVIDENCE_DESCRIBED
from compliance.models import Attachment, Checklist, Event, Evidence, Theme
from compliance.proof.audit import tables, trail, verification
from compliance.proof.audit.models import LIBRARY
from compliance.proof.audit.owners import owner_of, owners
from compliance.proof.audit.projection import RecordedEvent, project
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import attempt, writing
from tests.support import factories
from tests.support.event_types import BEGUN


@pytest.fixture
def proof(cast):
    return factories.make_link(cast.acme, cast.ada)


@pytest.fixture
def theirs(cast):
    return factories.make_link(cast.other, cast.zoe)


def recorded(cast, proof, **after):
    return trail.record(
        by=cast.ada,
        organisation_id=proof.organisation_id,
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
        event = recorded(cast, proof, title="Other")
    assert rows_of(event) == {"said": [["title"]]}


def test_an_update_after_the_last_event_is_in_it(cast, proof):
    with writing():
        event = recorded(cast, proof, title="Other")
        Evidence.objects.filter(pk=proof.pk).update(title="Other", expires_on=date(2030, 1, 2))
    assert rows_of(event) == {
        "said": [["title"]],
        "set": {"evidence": [[["expires_on"], [str(proof.pk), "2030-01-02"]]]},
    }


def test_a_value_that_the_event_does_not_say_is_in_its_rows(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Another")
        event = recorded(cast, proof, title="Other")
    assert rows_of(event)["texts"] == {"evidence": {str(proof.pk): {"title": "Another"}}}


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE "compliance_evidence" SET "title" = %s',
        "update compliance_evidence set url='https://x.example.org', title=%s",
        "\n  UPDATE compliance_evidence\n  SET title = %s",
    ],
)
def test_raw_sql_is_read_as_well(cast, proof, statement):
    with writing():
        with connection.cursor() as cursor:
            cursor.execute(statement, ["Raw"])
        event = recorded(cast, proof)
    assert rows_of(event)["texts"]["evidence"][str(proof.pk)]["title"] == "Raw"


def test_a_row_that_goes_is_in_the_event(cast, proof):
    with writing():
        event = recorded(cast, proof)
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


def test_rows_that_are_made_where_none_is_yet_are_counted_too(cast):
    themes = [Theme(key="a", name="A", position=1)]
    with pytest.raises(RuntimeError, match="name them"), writing():
        Theme.objects.bulk_create(themes, ignore_conflicts=True)


def test_rows_made_together_are_in_the_event_once_they_are_named(db):
    with writing():
        themes = inserted(
            Theme.objects.bulk_create(
                Theme(key=key, name=key.upper(), position=at) for at, key in enumerate("ab", 8)
            )
        )
        event = trail.record(
            by=None,
            organisation_id=LIBRARY,
            action=BEGUN["checklist"],
            subject=Checklist(key="a"),
        )
    [[names, *rows]] = rows_of(event)["new"]["theme"]
    assert names == ["key", "position"]
    assert rows == [[themes[0].pk, "a", 8], [themes[1].pk, "b", 9]]


def change_and_give_up(cast, proof):
    Evidence.objects.filter(pk=proof.pk).update(title="Given up")
    recorded(cast, proof, title="Given up")
    raise ValueError("no")


def test_what_an_attempt_changed_and_gave_up_is_forgotten(cast, proof):
    with writing():
        with pytest.raises(ValueError, match="no"), attempt():
            change_and_give_up(cast, proof)
        event = recorded(cast, proof)
    assert rows_of(event) == {}


def test_an_event_before_a_block_that_is_given_up_is_written_with_its_rows(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Kept")
        event = recorded(cast, proof, title="Kept")
        with pytest.raises(ValueError, match="no"), writing():
            change_and_give_up(cast, proof)
    assert rows_of(event) == {"said": [["title"]]}
    assert verification.verify(cast.acme.pk) is None


def test_each_of_two_events_has_what_was_changed_before_it(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="One")
        first = recorded(cast, proof, title="One")
        Evidence.objects.filter(pk=proof.pk).update(title="Two")
        second = recorded(cast, proof, title="Two")
    assert rows_of(first) == rows_of(second) == {"said": [["title"]]}


def test_a_row_is_in_an_event_of_the_chain_that_it_belongs_to(cast, proof, theirs):
    """The order of changes and events does not matter, and the last event may have come before."""
    with writing():
        Evidence.objects.update(title="One")
        first, second = (
            recorded(cast, proof, title="One"),
            recorded(cast, theirs, title="One"),
        )
        Evidence.objects.update(url="https://two.example.org")
        gone = factories.make_link(cast.other, cast.zoe)
        Evidence.objects.filter(pk=gone.pk).delete()
    for event, own in ((first, proof), (second, theirs)):
        texts = {"evidence": {str(own.pk): {"url": "https://two.example.org"}}}
        assert rows_of(event) == {"said": [["title"]], "texts": texts}
    for chain in (cast.acme.pk, cast.other.pk):
        assert (verification.verify(chain), list(tables.faults(chain))) == (None, [])


def test_a_row_without_an_event_of_its_chain_does_not_commit(cast, proof, theirs):
    answer = factories.make_assessment(cast.other, cast.zoe).answers.first()

    @writing()
    def act(change):
        change()
        recorded(cast, proof)

    for change in (
        lambda: Evidence.objects.filter(pk=theirs.pk).update(title="Theirs"),
        lambda: Evidence.objects.filter(pk=theirs.pk).delete(),
        lambda: Theme.objects.create(key="a", name="A", position=1),
        lambda: factories.attach(answer, theirs),
    ):
        with pytest.raises(RuntimeError, match="no later event of their chain"):
            act(change)
    assert Evidence.objects.get(pk=theirs.pk).title == theirs.title


def test_an_event_of_a_chain_has_what_an_undone_part_did_not_change(cast, proof, theirs):
    with writing():
        Evidence.objects.update(title="One")
        first = recorded(cast, proof, title="One")
        with pytest.raises(ValueError, match="no"), attempt():
            change_and_give_up(cast, theirs)
        second = recorded(cast, theirs, title="One")
    assert rows_of(first) == rows_of(second) == {"said": [["title"]]}


@pytest.mark.parametrize("is_at_hand", [True, False])
def test_owners_follow_the_way_to_the_organisation(cast, proof, is_at_hand, django_assert_num_queries):
    answers = list(factories.make_assessment(cast.acme, cast.ada).answers.all())
    uses = [factories.attach(answer, proof) for answer in answers]
    if not is_at_hand:
        uses = list(Attachment.objects.all())
    with django_assert_num_queries(0 if is_at_hand else 1):
        assert owners(uses) == [cast.acme.pk] * 3
    assert owners([*Theme.objects.all()]) == [LIBRARY]
    assert owners([*Checklist.objects.all()]) == [LIBRARY]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {owner_of(Attachment).sql} FROM compliance_attachment"  # noqa: S608
        )
        found = {str(uuid.UUID(str(row))) for (row,) in cursor.fetchall()}
    assert found == {str(cast.acme.pk)}


def test_an_event_that_waits_is_there_for_whoever_reads_events(cast, proof):
    with writing():
        event = recorded(cast, proof, title="Other")
        assert Event.objects.get(seq=event.seq).hash == event.hash
        assert trail.head_of(cast.acme.pk) == (event.seq, event.hash)


def test_the_fold_of_the_events_is_the_table(cast, proof):
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="One")
        recorded(cast, proof, title="One")
    with writing():
        Evidence.objects.filter(pk=proof.pk).update(title="Two")
        recorded(cast, proof, title="Two")
    row = tables.projected(cast.acme.pk)["evidence", str(proof.pk)]
    assert (row.values["title"], row.is_whole) == ("Two", False)
    assert list(tables.faults(cast.acme.pk)) == []
    Evidence.objects.filter(pk=proof.pk).update(title="Three")
    [fault] = tables.faults(cast.acme.pk)
    assert fault.what.endswith(f"“title” was changed after event {fault.seq}")


def test_a_new_row_leaves_out_what_is_blank_and_the_fold_knows_it():
    recorded_rows = {"new": {"checklist": [[["key"], [7, "own"]]]}}
    rows = project([RecordedEvent(1, ("edition", "1"), {"rows": recorded_rows})])
    assert rows["checklist", "7"].is_whole
    assert rows["checklist", "7"].values == {"key": "own"}
    assert Checklist._meta.model_name == "checklist"
