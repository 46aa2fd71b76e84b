"""Actions, the tasks that put something right: made, changed, closed, linked, undone."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.models import Action, Answer, Event
from compliance.proof.audit import trail, verification
from compliance.reporting.gaps.plan import plan_of
from compliance.work.remediation import actions
from compliance.work.remediation.history import remedy_history
from tests.support.factories import make_action, make_assessment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(cast):
    """Three answers of a running assessment: not met, partly, met."""
    rows = list(make_assessment(cast.acme, cast.ada).answers.order_by("pk"))
    for row, verdict in zip(rows, ("not_met", "partly", "met"), strict=True):
        Answer.objects.filter(pk=row.pk).update(verdict=verdict)
        row.refresh_from_db()
    return rows


def change(cast, task, by=None, base=None, **changes):
    return actions.change_action(
        by=by or cast.con,
        organisation=cast.acme,
        number=task.number,
        changes=changes,
        base=task.version if base is None else base,
    )


def last_event():
    event = Event.objects.order_by("-seq").first()
    before, after = trail.changes(event)
    return event.action, before, after


def asked():
    """Keys of the answers that are to be looked at again."""
    rows = Answer.objects.filter(again="action").order_by("pk")
    return list(rows.values_list("question__key", flat=True))


def test_action_takes_the_next_number_of_its_organisation(cast, answers):
    make_action(cast.other, cast.zoe)
    made = [
        actions.create_action(
            by=cast.con,
            organisation=cast.acme,
            fields={"title": title, "effort_days": Decimal("2.5")},
            answer_ids=[answers[0].pk],
        )
        for title in ("Write it", "File it")
    ]
    assert [one.number for one in made] == [1, 2]
    assert list(made[0].answers.all()) == [answers[0]]
    action, before, after = last_event()
    assert (action, before) == ("action.created", {})
    assert after == {
        "title": "File it",
        "effort_days": "2.5",
        "priority": "medium",
        "status": "open",
        "questions": ["Q1"],
        "number": 2,
        "name": "File it",
    }
    assert Event.objects.latest("seq").scope_id == answers[0].assessment_id


def test_action_sent_again_is_made_once(cast, answers):
    """Its reply was lost, or the button was pressed twice."""

    def make(by=cast.con, answer=answers[0], **fields):
        return actions.create_action(
            by=by,
            organisation=cast.acme,
            fields={"title": "Write it", "due_on": date(2027, 1, 5)} | fields,
            answer_ids=[answer.pk],
        )

    first = make()
    assert make() == first
    assert (Action.objects.count(), Event.objects.count()) == (1, 1)
    for differs in ({"by": cast.otto}, {"answer": answers[1]}, {"priority": "high"}):
        assert make(**differs) != first
    again = make()
    assert again != first
    change(cast, again, status="dropped")
    assert make() != again


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"title": "two\nlines"},
        {"title": "\x00"},
        {"title": "Fine", "text": "a\x07"},
        {"title": "Fine", "priority": "urgent"},
        {"title": "Fine", "effort_days": Decimal("0")},
        {"title": "Fine", "effort_days": Decimal("999.1")},
        {"title": "Fine", "effort_days": Decimal("1.25")},
    ],
)
def test_wrong_values_make_no_action(cast, fields):
    with pytest.raises(ValidationError):
        actions.create_action(by=cast.con, organisation=cast.acme, fields=fields)
    assert not Action.objects.exists()
    assert not Event.objects.exists()


def test_owner_is_somebody_of_the_organisation(cast):
    for person in (cast.zoe, make_user()):
        with pytest.raises(ValidationError) as refused:
            actions.create_action(
                by=cast.con,
                organisation=cast.acme,
                fields={"title": "Fine", "owner_id": person.pk},
            )
        assert refused.value.messages == ["Choose a member of this organisation who may answer."]


def test_foreign_answer_cannot_be_linked(cast):
    theirs = make_assessment(cast.other, cast.zoe).answers.first()
    task = make_action(cast.acme, cast.ada)
    given = {"by": cast.con, "organisation": cast.acme}
    with pytest.raises(Answer.DoesNotExist):
        actions.link_answer(**given, number=task.number, answer_id=theirs.pk)
    with pytest.raises(Answer.DoesNotExist):
        actions.create_action(**given, fields={"title": "Fine"}, answer_ids=[theirs.pk])
    assert Action.objects.count() == 1


def test_change_is_one_event_with_before_and_after(cast):
    task = make_action(cast.acme, cast.ada)
    done = change(cast, task, title="Write it all", due_on=date(2026, 12, 12))
    assert (done.action.title, done.action.version) == ("Write it all", 1)
    action, before, after = last_event()
    assert (action, before) == (
        "action.changed",
        {"title": "Write the list", "due_on": None},
    )
    assert (after["title"], after["due_on"]) == ("Write it all", "2026-12-12")
    assert change(cast, done.action, title="Write it all").event is None
    assert Event.objects.count() == 1


def test_two_people_change_different_fields_of_one_version(cast):
    task = make_action(cast.acme, cast.ada)
    change(cast, task, priority="high")
    done = change(cast, task, by=cast.otto, priority="medium", title="New")
    assert (done.action.priority, done.action.title) == ("high", "New")


def test_field_that_both_changed_is_refused_and_kept_on_the_trail(cast):
    task = make_action(cast.acme, cast.ada)
    change(cast, task, title="Mine")
    refused = change(cast, task, by=cast.otto, title="Theirs", text="Long work")
    assert isinstance(refused, actions.Stale)
    mine = {"title": "Theirs", "text": "Long work"}
    assert (refused.fields, refused.mine) == (("title",), mine)
    assert Action.objects.get().text == ""
    action, _, after = last_event()
    assert action == "action.refused"
    assert (after["title"], after["text"]) == ("Theirs", "Long work")


def test_same_change_sent_twice_changes_once(cast):
    task = make_action(cast.acme, cast.ada)
    change(cast, task, status="doing")
    assert change(cast, task, status="doing").event is None


def test_version_from_nowhere_is_refused(cast):
    with pytest.raises(ValidationError):
        change(cast, make_action(cast.acme, cast.ada), base=3, title="Mine")


def test_done_asks_to_look_again_at_what_is_not_met(cast, answers):
    closed = make_assessment(cast.acme, cast.ada, status="archived").answers.first()
    elsewhere = make_assessment(cast.acme, cast.ada).answers.first()
    Answer.objects.filter(pk=elsewhere.pk).update(applies=False)
    task = make_action(cast.acme, cast.ada, *answers, closed, elsewhere)
    done = change(cast, task, status="done")
    assert (done.again, asked()) == (2, ["Q1", "Q2"])
    assert (done.action.closed_by, done.action.closed_at is None) == (cast.con, False)
    action, before, after = last_event()
    assert (action, before["status"]) == ("action.closed", "open")
    assert after["look_again"] == [answers[0].pk, answers[1].pk]


def test_dropped_asks_nobody(cast, answers):
    done = change(cast, make_action(cast.acme, cast.ada, *answers), status="dropped")
    assert (done.again, asked()) == (0, [])
    assert last_event()[0] == "action.closed"


def test_answer_that_waits_to_be_confirmed_keeps_its_reason(cast, answers):
    Answer.objects.filter(pk=answers[0].pk).update(again="carried")
    change(cast, make_action(cast.acme, cast.ada, *answers), status="done")
    assert asked() == ["Q2"]


def test_reopened_action_has_no_closing(cast):
    task = make_action(cast.acme, cast.ada)
    done = change(cast, change(cast, task, status="done").action, status="doing")
    assert (done.action.closed_at, done.action.closed_by) == (None, None)
    assert last_event()[0] == "action.reopened"


def test_undo_of_a_closing_takes_back_what_it_asked(cast, answers):
    done = change(cast, make_action(cast.acme, cast.ada, *answers), status="done")
    undone = actions.undo_action(by=cast.con, organisation=cast.acme, number=1, seq=done.event.seq)
    assert (undone.action.status, undone.action.closed_at) == ("open", None)
    assert asked() == []
    action, before, _ = last_event()
    assert (action, len(before["asked_to_look"])) == ("action.undone", 2)


@pytest.mark.parametrize("status", ["doing", "dropped"])
def test_undo_puts_back_who_closed_an_action_and_when(cast, status):
    """Undone, done again and undone once more, it is the same closing still."""
    given = {"by": cast.ada, "organisation": cast.acme, "number": 1}
    task = make_action(cast.acme, cast.ada, due_on=date(2026, 1, 10))
    with time_machine.travel("2026-01-05T12:00:00+00:00", tick=False):
        closed_at = change(cast, task, status="done").action.closed_at
    with time_machine.travel("2026-02-05T12:00:00+00:00", tick=False):
        seq = change(cast, task, by=cast.ada, base=1, status=status).event.seq
        for _ in range(3):
            undone = actions.undo_action(**given, seq=seq)
            seq = undone.event.seq
    assert undone.action.status == "done"
    assert (undone.action.closed_at, undone.action.closed_by) == (closed_at, cast.con)
    assert plan_of(cast.acme, [], date(2026, 2, 6)).progress[0].in_time == 1
    assert verification.verify(cast.acme.pk) is None


def test_undo_leaves_what_another_done_action_asks(cast, answers):
    first = change(cast, make_action(cast.acme, cast.ada, answers[0]), status="done")
    change(cast, make_action(cast.acme, cast.ada, answers[0]), status="done")
    actions.undo_action(by=cast.con, organisation=cast.acme, number=1, seq=first.event.seq)
    assert asked() == ["Q1"]


@pytest.mark.parametrize("status", ["open", "dropped"])
def test_action_that_is_no_longer_done_takes_back_what_it_asked(cast, answers, status):
    done = change(cast, make_action(cast.acme, cast.ada, *answers), status="done")
    Answer.objects.filter(pk=answers[0].pk).update(again="returned")
    left = change(cast, done.action, status=status)
    _, before, _ = last_event()
    assert (asked(), before["asked_to_look"]) == ([], [answers[1].pk])
    assert Answer.objects.get(pk=answers[0].pk).again == "returned"
    assert "1 answer no longer to look at again" in remedy_history(left.action)[0].what


def test_undo_of_a_reopening_asks_only_what_the_reopening_took_back(cast, answers):
    """Somebody confirmed Q1 while the action was done."""
    done = change(cast, make_action(cast.acme, cast.ada, *answers), status="done")
    Answer.objects.filter(pk=answers[0].pk).update(again="")
    moved = change(cast, done.action, status="doing")
    undone = actions.undo_action(by=cast.con, organisation=cast.acme, number=1, seq=moved.event.seq)
    assert (undone.again, asked()) == (1, ["Q2"])


@pytest.mark.parametrize("first", [0, 1])
def test_answer_is_asked_about_until_the_last_done_action_is_reopened(cast, answers, first):
    """The one that marked it, or the one that was done while it was marked."""
    done = [change(cast, make_action(cast.acme, cast.ada, answers[0]), status="done") for _ in range(2)]
    change(cast, done[first].action, status="open")
    assert asked() == ["Q1"]
    change(cast, done[1 - first].action, status="open")
    assert asked() == []


def test_action_whose_answer_was_confirmed_since_asks_no_more(cast, answers):
    """A second one marks the answer, and takes its own mark back."""
    change(cast, make_action(cast.acme, cast.ada, answers[0]), status="done")
    Answer.objects.filter(pk=answers[0].pk).update(again="")
    done = change(cast, make_action(cast.acme, cast.ada, answers[0]), status="done")
    assert asked() == ["Q1"]
    change(cast, done.action, status="open")
    assert asked() == []


def test_unlinked_answer_is_no_longer_asked_about(cast, answers):
    task = make_action(cast.acme, cast.ada, *answers)
    change(cast, task, status="done")
    actions.unlink_answer(by=cast.con, organisation=cast.acme, number=1, answer_id=answers[0].pk)
    assert asked() == ["Q2"]
    action, before, _ = last_event()
    assert (action, before) == ("action.unlinked", {"asked_to_look": [answers[0].pk]})
    assert verification.verify(cast.acme.pk) is None


def test_answer_confirmed_since_an_older_action_is_asked_no_more_by_it(cast, answers):
    change(cast, make_action(cast.acme, cast.ada, answers[0]), status="done")
    Answer.objects.filter(pk=answers[0].pk).update(again="")
    change(cast, make_action(cast.acme, cast.ada, answers[0]), status="done")
    actions.unlink_answer(by=cast.con, organisation=cast.acme, number=2, answer_id=answers[0].pk)
    assert asked() == []


def test_undo_is_refused_once_the_field_has_changed_again(cast):
    moved = change(cast, make_action(cast.acme, cast.ada), status="doing")
    change(cast, moved.action, status="done")
    undone = actions.undo_action(by=cast.con, organisation=cast.acme, number=1, seq=moved.event.seq)
    assert (undone.event, Action.objects.get().status) == (None, "done")


def test_undo_of_whole_days_knows_them_again(cast):
    """The database gives 2 days back as 2.0."""
    task = make_action(cast.acme, cast.ada)
    done = change(cast, task, effort_days=Decimal(2))
    undone = actions.undo_action(by=cast.con, organisation=cast.acme, number=1, seq=done.event.seq)
    assert (undone.event is None, Action.objects.get().effort_days) == (False, None)


def test_undo_finds_only_changes_of_that_action(cast):
    make_action(cast.acme, cast.ada)
    moved = change(cast, make_action(cast.acme, cast.ada), status="doing")
    with pytest.raises(Event.DoesNotExist):
        actions.undo_action(by=cast.con, organisation=cast.acme, number=1, seq=moved.event.seq)


def test_link_twice_is_one_link_and_one_event(cast, answers):
    task = make_action(cast.acme, cast.ada)
    given = {"by": cast.con, "organisation": cast.acme, "number": task.number}
    for _ in range(2):
        actions.link_answer(**given, answer_id=answers[1].pk)
    assert Event.objects.count() == task.links.count() == 1
    actions.unlink_answer(**given, answer_id=answers[1].pk)
    actions.unlink_answer(**given, answer_id=answers[1].pk)
    assert (Event.objects.count(), task.links.count()) == (2, 0)
    action, _, after = last_event()
    assert (action, after["questions"]) == ("action.unlinked", ["Q2"])


def test_closed_assessment_refuses_links(cast):
    closed = make_assessment(cast.acme, cast.ada, status="archived").answers.first()
    task = make_action(cast.acme, cast.ada, closed)
    given = {"by": cast.con, "organisation": cast.acme, "number": task.number}
    for act in (actions.link_answer, actions.unlink_answer):
        with pytest.raises(ValidationError):
            act(**given, answer_id=closed.pk)
    assert (task.links.count(), Event.objects.count()) == (1, 0)


def test_event_of_answers_from_two_running_assessments_belongs_to_neither(cast, answers):
    other = make_assessment(cast.acme, cast.ada).answers.first()
    change(cast, make_action(cast.acme, cast.ada, answers[0], other), title="New")
    assert Event.objects.get().scope_id is None


def test_each_trail_has_the_marks_that_an_action_about_two_assessments_sets(cast, answers):
    other = make_assessment(cast.acme, cast.ada, subject="2").answers.first()
    Answer.objects.filter(pk=other.pk).update(verdict="partly")
    of = {"by": cast.con, "organisation": cast.acme, "number": 1}
    task = make_action(cast.acme, cast.ada, *answers, other, title="Do")

    def told(one):
        events = Event.objects.filter(scope_id=one.pk).order_by("seq")
        return [(event.action, event_in_words(event.action, *trail.changes(event))) for event in events]

    done = change(cast, task, status="done")
    actions.undo_action(**of, seq=done.event.seq)
    assert told(other.assessment) == [
        ("action.asks", "AC-1 “Do”: asks to look again at Q1"),
        ("action.asks_no_more", "AC-1 “Do”: no longer asks to look again at Q1"),
    ]
    assert [words for _, words in told(answers[0].assessment)] == [
        "AC-1 “Do”: asks to look again at Q1, Q2",
        "AC-1 “Do”: no longer asks to look again at Q1, Q2",
    ]
    whole = [event.action for event in Event.objects.filter(scope_id=None)]
    assert whole == ["action.closed", "action.undone"]


@pytest.mark.parametrize("status", ["archived", "review"])
def test_event_of_an_action_that_came_along_belongs_to_what_still_runs(cast, answers, status):
    """The trail of this year's assessment has it, and what it asks to look at again."""
    year_before = make_assessment(cast.acme, cast.ada, status=status).answers.first()
    task = make_action(cast.acme, cast.ada, year_before, answers[0])
    change(cast, task, status="done")
    event = Event.objects.get()
    assert event.scope_id == answers[0].assessment_id
    assert trail.changes(event)[1]["look_again"] == [answers[0].pk]


def test_trail_stands_after_all_of_it(cast, answers):
    task = make_action(cast.acme, cast.ada, *answers)
    done = change(cast, task, status="done")
    actions.undo_action(by=cast.con, organisation=cast.acme, number=1, seq=done.event.seq)
    assert verification.verify(cast.acme.pk) is None
