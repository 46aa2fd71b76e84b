"""Many answers set at once: all or nothing, said beforehand, taken back in one go."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.models import Answer
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from compliance.work.assessments.versions import Known
from compliance.work.bulk import actions as bulk
from compliance.work.bulk.actions import Bulk, filling
from compliance.work.workspace.history import history
from tests.support.factories import (
    attach,
    make_assessment,
    make_draft,
    make_link,
    make_question,
    publish,
)


@pytest.fixture
def assessment(cast):
    """Five questions: the fifth takes its answer from a number."""
    edition = make_draft(4)
    number = {"unit": "days", "at_most": 31}
    make_question(edition, edition.sections.get(), 5, kind="number", number=number).save()
    return make_assessment(cast.acme, cast.ada, publish(edition))


@pytest.fixture
def answers(assessment):
    return list(assessment.answers.order_by("question__position"))


def targets(answers):
    return {answer.pk: Known(answer.version) for answer in answers}


def set_many(by, answers, evidence=None, **changes):
    assessment = answers[0].assessment
    return bulk.set_many(
        by=by,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        targets=targets(answers),
        bulk=Bulk(changes, evidence),
    )


def save(by, answer, **changes):
    return actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=changes,
        base=Answer.objects.get(pk=answer.pk).version,
    )


def undo(by, answers, seq):
    return bulk.undo_many(by=by, assessment=answers[0].assessment, seq=seq)


def verdicts(answers):
    fresh = Answer.objects.in_bulk([answer.pk for answer in answers])
    return [fresh[answer.pk].verdict for answer in answers]


def nothing_is_recorded():
    return not Event.objects.exists()


def test_every_answer_gets_its_version_and_its_event(cast, answers):
    done = set_many(cast.con, answers[:3], verdict="met", owner_id=cast.con.pk)
    assert verdicts(answers) == ["met"] * 3 + ["unanswered"] * 2
    now = Answer.objects.get(pk=answers[0].pk)
    assert (now.version, now.owner, now.changed_by) == (1, cast.con, cast.con)
    events = list(Event.objects.order_by("seq"))
    assert [e.subject_id for e in events] == [str(a.pk) for a in answers[:3]]
    assert {trail.together(event) for event in events} == {(1, 3)}
    nobody = {"answered_by_id": None, "answered_at": None}
    con = {"answered_by_id": cast.con.pk, "answered_at": now.answered_at.isoformat()}
    assert trail.changes(events[0]) == (
        {"verdict": "unanswered", "owner_id": None, "version": 0} | nobody,
        {"verdict": "met", "owner_id": cast.con.pk, "version": 1} | con,
    )
    assert (done.seq, verification.verify(cast.acme.pk)) == (1, None)
    assert trail.head_of(cast.acme.pk)[0] == 3


def test_history_of_one_answer_shows_what_was_set_with_others(cast, answers):
    set_many(cast.con, answers[:3], verdict="met")
    (entry,) = history(answers[1])
    assert (entry.verdicts, entry.is_together) == (("unanswered", "met"), True)


def test_single_save_is_merged_with_what_was_set_meanwhile(cast, answers):
    set_many(cast.ada, answers[:2], verdict="met")
    done = actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=answers[0].assessment_id,
        answer_id=answers[0].pk,
        changes={"verdict": "unanswered", "note": "Con writes"},
        base=0,
    )
    assert (done.answer.verdict, done.answer.note) == ("met", "Con writes")
    refused = actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=answers[1].assessment_id,
        answer_id=answers[1].pk,
        changes={"verdict": "partly"},
        base=0,
    )
    assert refused.fields == ("verdict",)


def test_undo_of_one_answer_leaves_the_others_set(cast, answers):
    set_many(cast.con, answers[:3], verdict="met")
    seq = Event.objects.get(subject_id=str(answers[1].pk)).seq
    actions.undo(by=cast.con, assessment=answers[1].assessment, seq=seq)
    assert verdicts(answers[:3]) == ["met", "unanswered", "met"]


def test_one_undo_puts_every_answer_back(cast, answers):
    save(cast.ada, answers[0], verdict="na", reason="No such data.")
    save(cast.ada, answers[1], verdict="later", later_until=date(2026, 12, 24))
    before = list(Answer.objects.order_by("pk").values("verdict", "reason", "owner"))
    answers = list(answers[0].assessment.answers.order_by("question__position"))
    done = set_many(cast.con, answers[:4], verdict="partly", owner_id=cast.ada.pk)
    back = undo(cast.con, answers, done.seq)
    assert (len(back.done), back.left) == (4, [])
    after = list(Answer.objects.order_by("pk").values("verdict", "reason", "owner"))
    assert after == before
    assert Answer.objects.get(pk=answers[1].pk).later_until == date(2026, 12, 24)
    assert verification.verify(cast.acme.pk) is None


def test_undo_can_be_undone(cast, answers):
    done = set_many(cast.con, answers[:2], verdict="met")
    undo(cast.con, answers, done.seq)
    back = undo(cast.con, answers, Event.objects.latest("seq").seq)
    assert (len(back.done), verdicts(answers[:2])) == (2, ["met", "met"])


def test_undo_of_many_that_is_sent_twice_names_nothing(cast, answers):
    done = set_many(cast.con, answers[:3], verdict="met")
    save(cast.ada, answers[1], verdict="not_met")
    for count in (2, 0):
        back = undo(cast.con, answers, done.seq)
        assert (len(back.done), back.left) == (count, ["Q2"])


def test_undo_leaves_alone_and_names_what_changed_since(cast, answers):
    done = set_many(cast.con, answers[:3], verdict="met")
    save(cast.ada, answers[1], verdict="not_met")
    back = undo(cast.con, answers, done.seq)
    assert (len(back.done), back.left) == (2, ["Q2"])
    assert verdicts(answers[:3]) == ["unanswered", "not_met", "unanswered"]


def test_undo_leaves_alone_and_names_what_is_asked_no_more(cast, answers):
    proof = make_link(cast.acme, cast.ada)
    done = set_many(cast.con, answers[:3], proof, verdict="met")
    Answer.objects.filter(pk=answers[1].pk).update(archived_at=timezone.now())
    back = undo(cast.con, answers, done.seq)
    assert back.done == [answers[0].pk, answers[2].pk]
    assert back.left == ["Q2"]
    assert Answer.everything.get(pk=answers[1].pk).verdict == "met"
    assert [use.answer_id for use in proof.attachments.all()] == [answers[1].pk]


def test_undo_of_what_was_not_set_together_is_unknown(cast, answers):
    seq = save(cast.con, answers[0], verdict="met").event.seq
    with pytest.raises(Event.DoesNotExist):
        undo(cast.con, answers, seq)


def test_one_changed_answer_stops_all_and_is_named(cast, answers):
    save(cast.ada, answers[1], verdict="not_met")
    done = set_many(cast.con, answers[:3], verdict="met")
    assert (done.seq, done.plan.stale) == (None, ["Q2"])
    assert verdicts(answers[:3]) == ["unanswered", "not_met", "unanswered"]
    assert Event.objects.count() == 1


def test_answer_changed_in_another_field_is_set(cast, answers):
    save(cast.ada, answers[1], note="Ada writes")
    done = set_many(cast.con, answers[:2], verdict="met")
    assert (done.plan.count, verdicts(answers[:2])) == (2, ["met", "met"])
    assert Answer.objects.get(pk=answers[1].pk).note == "Ada writes"


def test_answer_that_somebody_set_to_the_same_is_no_conflict(cast, answers):
    save(cast.ada, answers[0], verdict="met")
    done = set_many(cast.con, answers[:2], verdict="met")
    assert (done.plan.count, done.plan.same, done.plan.stale) == (1, 1, [])


def test_setting_the_same_again_changes_nothing(cast, answers):
    set_many(cast.con, answers[:3], verdict="met")
    answers = list(answers[0].assessment.answers.order_by("question__position"))
    done = set_many(cast.con, answers[:3], verdict="met")
    assert (done.seq, done.plan.same, Event.objects.count()) == (None, 3, 3)


def test_answer_from_a_value_keeps_it_and_takes_the_owner(cast, answers):
    save(cast.con, answers[4], value=["28"])
    answers[4].refresh_from_db()
    done = set_many(cast.con, answers[3:], verdict="not_met", owner_id=cast.con.pk)
    assert done.plan.from_value == ["Q5"]
    now = Answer.objects.get(pk=answers[4].pk)
    assert (now.verdict, now.value, now.owner) == ("met", "28", cast.con)


def test_answer_from_a_value_can_be_said_beside_it(cast, answers):
    set_many(cast.con, answers[3:], verdict="na", reason="No such data.")
    assert verdicts(answers[3:]) == ["na", "na"]


def test_answers_that_do_not_apply_are_never_touched(cast, answers):
    Answer.objects.filter(pk=answers[0].pk).update(applies=False)
    proof = make_link(cast.acme, cast.ada)
    done = set_many(cast.con, answers[:2], proof, verdict="met")
    assert done.plan.not_applying == ["Q1"]
    assert verdicts(answers[:2]) == ["unanswered", "met"]
    assert proof.attachments.count() == 1


def test_na_by_a_person_waits_for_a_second_one(cast, answers):
    save(cast.ada, answers[0], verdict="na", reason="No such data.")
    answers[0].refresh_from_db()
    set_many(cast.con, answers[:2], verdict="na", reason="No such data.")
    said = [Answer.objects.get(pk=answer.pk).na_by for answer in answers[:2]]
    assert said == [cast.ada, cast.con]


def test_later_is_over_when_an_answer_is_set(cast, answers):
    day = date(2026, 12, 24)
    set_many(cast.con, answers[:2], verdict="later", later_until=day)
    answers = list(answers[0].assessment.answers.order_by("question__position"))
    assert answers[0].later_until == day
    set_many(cast.con, answers[:2], verdict="met")
    assert Answer.objects.get(pk=answers[0].pk).later_until is None


def test_confirm_again_is_done_by_setting_anew(cast, answers):
    Answer.objects.filter(pk=answers[0].pk).update(again="carried")
    set_many(cast.con, answers[:1], owner_id=cast.con.pk)
    assert Answer.objects.get(pk=answers[0].pk).again == "carried"
    answers[0].refresh_from_db()
    set_many(cast.con, answers[:1], verdict="met")
    assert not Answer.objects.get(pk=answers[0].pk).again


def test_evidence_is_attached_once_and_taken_out_by_undo(cast, answers):
    proof = make_link(cast.acme, cast.ada)
    attach(answers[0], proof)
    done = set_many(cast.con, answers[:3], proof)
    assert (done.plan.count, proof.attachments.count()) == (2, 3)
    undo(cast.con, answers, done.seq)
    assert [use.answer_id for use in proof.attachments.all()] == [answers[0].pk]
    undo(cast.con, answers, Event.objects.latest("seq").seq)
    assert proof.attachments.count() == 3
    assert verification.verify(cast.acme.pk) is None


def test_evidence_is_taken_out_once_by_an_undo_that_is_sent_twice(cast, answers):
    proof = make_link(cast.acme, cast.ada)
    done = set_many(cast.con, answers[:3], proof)
    undo(cast.con, answers, done.seq)
    before = Event.objects.count()
    again = undo(cast.con, answers, done.seq)
    assert (again.done, Event.objects.count()) == ([], before)
    assert verification.verify(cast.acme.pk) is None


FOOLISH = {
    "nothing": {},
    "na without reason": {"verdict": "na", "reason": " "},
    "later without day": {"verdict": "later"},
    "foreign owner": {"owner_id": "zoe"},
}


@pytest.mark.parametrize("what", FOOLISH)
def test_what_no_answer_could_take_is_refused(what, cast, answers):
    changes = dict(FOOLISH[what])
    if "owner_id" in changes:
        changes["owner_id"] = cast.zoe.pk
    with pytest.raises(ValidationError):
        set_many(cast.con, answers, **changes)
    assert nothing_is_recorded()


def test_foreign_evidence_is_refused(cast, answers):
    with pytest.raises(ValidationError):
        set_many(cast.con, answers, make_link(cast.other, cast.zoe))
    assert nothing_is_recorded()


def test_closed_assessment_refuses(cast, answers):
    assessment = answers[0].assessment
    assessment.status = "archived"
    assessment.save()
    with pytest.raises(ValidationError):
        set_many(cast.con, answers, verdict="met")
    assert nothing_is_recorded()


def test_answer_of_another_assessment_is_unknown(cast, answers):
    sibling = make_assessment(cast.acme, cast.ada)
    with pytest.raises(Answer.DoesNotExist):
        set_many(cast.con, [answers[0], sibling.answers.first()], verdict="met")
    assert nothing_is_recorded()


def test_version_from_the_future_is_refused(cast, answers):
    answers[0].version = 7
    with pytest.raises(ValidationError):
        set_many(cast.con, answers, verdict="met")


def test_first_answer_fills_down_what_it_has(cast, answers):
    save(cast.con, answers[0], verdict="na", reason="No such data.", note="Mine.")
    save(cast.con, answers[0], due_on=date(2026, 12, 24))
    picked = [Answer.objects.get(pk=answer.pk) for answer in answers[2::-1]]
    source, bulk = filling(by=cast.con, assessment=answers[0].assessment, targets=targets(picked))
    assert source == answers[0]
    assert bulk.changes == {
        "verdict": "na",
        "reason": "No such data.",
        "due_on": date(2026, 12, 24),
    }


def test_nothing_fills_down_from_an_empty_answer(cast, answers):
    with pytest.raises(ValidationError):
        filling(
            by=cast.con,
            assessment=answers[0].assessment,
            targets=targets(answers[:2]),
        )


def test_own_answer_fills_down_though_its_reply_is_not_here_yet(cast, answers):
    save(cast.con, answers[0], verdict="met")
    _, bulk = filling(by=cast.con, assessment=answers[0].assessment, targets=targets(answers[:2]))
    assert bulk.changes == {"verdict": "met"}


@pytest.mark.parametrize("known", ["0", "9"])
def test_nothing_fills_down_that_the_page_never_showed(cast, answers, known):
    save(cast.con, answers[0], verdict="met")
    shown = targets(answers[:2]) | {answers[0].pk: Known(int(known))}
    with pytest.raises(ValidationError, match=r"changed since|does not exist"):
        filling(by=cast.ada, assessment=answers[0].assessment, targets=shown)


def test_question_of_somebody_who_left_is_nobodys_after_an_undo(cast, answers):
    save(cast.ada, answers[0], owner_id=cast.con.pk, due_on=date(2026, 12, 24))
    answers[0].refresh_from_db()
    done = set_many(cast.ada, answers[:2], owner_id=cast.otto.pk, due_on=None)
    cast.acme.memberships.filter(user=cast.con).delete()
    undo(cast.ada, answers, done.seq)
    now = Answer.objects.get(pk=answers[0].pk)
    assert (now.owner, now.due_on) == (None, date(2026, 12, 24))


@pytest.mark.slow
def test_as_many_statements_for_two_hundred_answers_as_for_two(cast):
    edition = publish(make_draft(200))
    assessment = make_assessment(cast.acme, cast.ada, edition)
    answers = list(assessment.answers.all())
    proof = make_link(cast.acme, cast.ada)
    set_many(cast.con, answers[:1], verdict="later", later_until=date(2027, 1, 1))
    made = []
    for some in (answers[1:3], answers[3:]):
        with CaptureQueriesContext(connection) as captured:
            done = set_many(cast.con, some, proof, verdict="met", owner_id=cast.con.pk)
        with CaptureQueriesContext(connection) as undone:
            undo(cast.con, answers, done.seq)
        made.append((len(captured), len(undone)))
    assert made[0] == made[1]
