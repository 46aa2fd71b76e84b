"""Saves at each pause of one person's typing read as one change and are undone as one."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from compliance.content.checklists.pauses import PAUSE, changes_of
from compliance.content.editor import actions, undoable
from compliance.proof.audit import event_types
from compliance.proof.audit.models import Event
from tests.content.editor.test_autosave import autosave, seen_in
from tests.support.editor_forms import question_of, save, typed, url
from tests.support.page_text import flat

pytestmark = pytest.mark.slow


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as found:
        yield found


def types(client, draft, clock, *texts, key="Q1", after=timedelta(seconds=20)):
    """Each text saves itself, some seconds after the one before."""
    data = typed(client, draft, key)
    for text in texts:
        clock.shift(after)
        data |= {"text": text}
        data |= seen_in(autosave(client, draft, data))


def runs():
    """How many events each change has, newest first."""
    return [len(one.events) for one in changes_of(Event.objects.order_by("-seq"))]


def undo(cast, draft, seq):
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    return actions.undo(**given, seq=seq)


def test_pauses_are_one_change_and_undone_as_one(ada, cast, draft, clock):
    stood = question_of(draft)["text"]
    types(ada, draft, clock, "How", "How often", "How often?")
    [change] = undoable.last(draft, cast.ada)
    assert Event.objects.count() == 3
    undo(cast, draft, change.seq)
    assert question_of(draft)["text"] == stood
    assert Event.objects.count() == 4


def test_undo_is_undone_and_what_is_typed_after_it_stands_alone(ada, cast, draft, clock):
    stood = question_of(draft)["text"]
    types(ada, draft, clock, "How", "How often?")
    undo(cast, draft, undoable.last(draft, cast.ada)[0].seq)
    assert runs() == [1, 2]
    undo(cast, draft, undoable.last(draft, cast.ada)[0].seq)
    assert question_of(draft)["text"] == "How often?"
    undo(cast, draft, undoable.last(draft, cast.ada)[0].seq)
    assert question_of(draft)["text"] == stood
    types(ada, draft, clock, "Anew", "Anew?")
    undo(cast, draft, undoable.last(draft, cast.ada)[0].seq)
    assert question_of(draft)["text"] == stood


def test_run_ends_with_time_field_person_and_question(ada, cast, draft, clock, sign_in):
    types(ada, draft, clock, "One?", "Two?")
    types(ada, draft, clock, "Later?", after=PAUSE + timedelta(seconds=1))
    save(ada, draft, weight="5")
    types(sign_in(cast.otto), draft, clock, "Theirs?")
    types(ada, draft, clock, "Mine again?")
    types(ada, draft, clock, "Another?", key="Q2")
    assert runs() == [1, 1, 1, 1, 1, 2]
    newest = undoable.last(draft, cast.ada)[1]
    undo(cast, draft, newest.seq)
    assert question_of(draft)["text"] == "Theirs?"


def test_other_questions_between_do_not_part_a_run(ada, draft, clock):
    types(ada, draft, clock, "One?")
    types(ada, draft, clock, "Beside?", key="Q2")
    types(ada, draft, clock, "One and more?")
    assert runs() == [2, 1]


def test_undo_of_a_page_that_does_not_know_the_last_pause_is_refused(ada, cast, draft, clock):
    types(ada, draft, clock, "How", "How often?")
    first = Event.objects.earliest("seq").seq
    reply = ada.post(url("undo", draft), {"seq": first, "page": ""}, follow=True)
    assert "changed again since" in flat(reply.text)
    assert question_of(draft)["text"] == "How often?"


def test_trail_shows_a_run_in_one_row_with_each_event(ada, draft, clock):
    types(ada, draft, clock, "How", "How often", "How often?")
    page = ada.get("/o/acme/trail/")
    [row] = [row for row in page.context["rows"] if row.earlier]
    events = [row.event, *(one.event for one in row.earlier)]
    assert events == list(Event.objects.filter(pk__in=[e.pk for e in events]).order_by("-seq"))
    text = flat(page.text)
    assert "3 saves in a row" in text
    assert "“How”" in text
    assert "“How often”" in text
    assert all(event.hash[:8] in text for event in events)


def test_hour_of_writing_is_one_change_and_undone_whole(ada, cast, draft, clock):
    stood = question_of(draft)["text"]
    each = (f"Word {at}?" for at in range(16))
    types(ada, draft, clock, *each, after=timedelta(minutes=4))
    assert runs() == [16]
    undo(cast, draft, undoable.last(draft, cast.ada)[0].seq)
    assert question_of(draft)["text"] == stood


def test_event_of_the_edition_ends_all_its_runs(ada, cast, draft, clock):
    types(ada, draft, clock, "One?")
    types(ada, draft, clock, "Beside?", key="Q2")
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    actions.add_section(**given, title="Law")
    types(ada, draft, clock, "One, two?")
    types(ada, draft, clock, "Beside that?", key="Q2")
    assert runs() == [1, 1, 1, 1, 1]
    undo(cast, draft, undoable.last(draft, cast.ada)[1].seq)
    assert question_of(draft)["text"] == "One?"


def test_undo_that_begins_a_run_is_known_by_what_stood_before(ada, cast, draft, clock):
    stood = question_of(draft)["text"]
    types(ada, draft, clock, "Y?")
    save(ada, draft, weight="5")
    undo(cast, draft, Event.objects.earliest("seq").seq)
    types(ada, draft, clock, "Z?")
    assert runs() == [1, 1, 1, 1]
    undo(cast, draft, undoable.last(draft, cast.ada)[0].seq)
    assert question_of(draft)["text"] == stood


def test_long_run_is_undone_whole(ada, cast, draft, clock, monkeypatch):
    monkeypatch.setattr(undoable, "MOST_READ", 3)
    monkeypatch.setattr(undoable, "STRETCH", 2)
    stood = question_of(draft)["text"]
    save(ada, draft, weight="5")
    clock.shift(PAUSE * 2)
    types(ada, draft, clock, "H", "Ho", "How", "How o", "How often?")
    [change, *_] = undoable.last(draft, cast.ada)
    undo(cast, draft, change.seq)
    assert question_of(draft)["text"] == stood


def test_event_of_another_program_stands_alone(ada, cast, draft, clock, monkeypatch):
    types(ada, draft, clock, "How")
    given = {"by": cast.ada, "organisation": cast.acme, "edition_id": draft.pk}
    actions.add_section(**given, title="Law")
    types(ada, draft, clock, "How often?")
    known = dict(event_types._TYPES)
    del known["section.added"]
    monkeypatch.setattr(event_types, "_TYPES", known)
    assert runs() == [1, 1, 1]
    page = ada.get("/o/acme/trail/")
    assert page.status_code == 200
    assert "Section added" in page.text
    assert [one.key for one in undoable.last(draft, cast.ada)] == ["Q1"]
