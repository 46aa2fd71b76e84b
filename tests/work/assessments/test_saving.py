"""Saving an answer: what it changes, what it refuses, what nobody may lose."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from lxml.html import fromstring

from compliance.models import Answer
from compliance.proof.audit import trail, verification
from compliance.proof.audit.models import Event
from compliance.work.assessments import actions
from tests.support.factories import make_assessment, make_draft, make_question, publish


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


@pytest.fixture
def answer(assessment):
    return assessment.answers.order_by("question__position").first()


def save(by, answer, base=None, **changes):
    assessment = answer.assessment
    return actions.save_answer(
        by=by,
        organisation=assessment.organisation,
        assessment_id=assessment.pk,
        answer_id=answer.pk,
        changes=changes,
        base=answer.version if base is None else base,
    )


def fresh(answer):
    return Answer.objects.get(pk=answer.pk)


def test_save_changes_the_answer_and_records_one_event(cast, answer):
    done = save(cast.con, answer, verdict="met", note="Kept in the wiki.")
    now = fresh(answer)
    assert (now.verdict, now.note, now.version) == ("met", "Kept in the wiki.", 1)
    assert (now.changed_by, now.changed_at is not None) == (cast.con, True)
    event = Event.objects.get()
    assert (event.action, event.actor, event.scope_id) == (
        "answer.saved",
        cast.con,
        answer.assessment_id,
    )
    nobody = {"answered_by_id": None, "answered_at": None}
    con = {"answered_by_id": cast.con.pk, "answered_at": now.answered_at.isoformat()}
    assert trail.changes(event) == (
        {"verdict": "unanswered", "note": "", "version": 0} | nobody,
        {"verdict": "met", "note": "Kept in the wiki.", "version": 1} | con,
    )
    assert done.event == event


def test_partial_save_keeps_the_fields_it_does_not_carry(cast, answer):
    save(cast.con, answer, verdict="met", note="Text", due_on=None)
    save(cast.con, fresh(answer), verdict="partly")
    assert fresh(answer).note == "Text"


def test_value_that_is_no_number_means_no_verdict(cast):
    """Moves to other editions once left such values."""
    edition = make_draft(questions=0)
    make_question(edition, edition.sections.get(), 1, kind="number").save()
    publish(edition)
    assessment = make_assessment(cast.acme, cast.ada, edition)
    found = assessment.answers.get()
    Answer.objects.update(value=["a", "b"], verdict="na", reason="None here")
    save(cast.con, fresh(found), verdict="unanswered")
    assert (fresh(found).verdict, fresh(found).value) == ("unanswered", ["a", "b"])


def test_same_save_sent_five_times_is_one_change(cast, answer):
    for _ in range(5):
        save(cast.con, answer, base=0, verdict="met", note="Once")
    assert fresh(answer).version == 1
    assert Event.objects.count() == 1


def test_two_people_in_different_fields_both_keep_their_work(cast, answer):
    save(cast.con, answer, base=0, note="Con writes")
    done = save(cast.ada, answer, base=0, verdict="met", note="")
    assert isinstance(done, actions.Saved)
    now = fresh(answer)
    assert (now.verdict, now.note, now.version) == ("met", "Con writes", 2)


def test_stale_save_of_the_same_field_is_refused_with_both_texts(cast, answer):
    save(cast.con, answer, base=0, note="Con writes")
    done = save(cast.ada, answer, base=0, verdict="met", note="Ada writes")
    assert isinstance(done, actions.Refused)
    assert done.fields == ("note",)
    assert done.mine == {"verdict": "met", "note": "Ada writes"}
    assert done.answer.note == "Con writes"
    now = fresh(answer)
    assert (now.verdict, now.note, now.version) == ("unanswered", "Con writes", 1)


def test_refused_text_is_kept_in_the_trail(cast, answer):
    save(cast.con, answer, base=0, note="Con writes")
    save(cast.ada, answer, base=0, note="Ada writes")
    event = Event.objects.get(action="answer.refused")
    assert trail.changes(event)[1] == {"note": "Ada writes"}


def test_same_verdict_on_both_sides_is_no_conflict(cast, answer):
    save(cast.con, answer, base=0, verdict="met")
    assert isinstance(save(cast.ada, answer, base=0, verdict="met"), actions.Saved)


def test_text_of_an_older_version_is_no_conflict_where_it_was_not_touched(cast, answer):
    save(cast.con, answer, base=0, note="First")
    save(cast.con, fresh(answer), note="Second")
    done = save(cast.ada, answer, base=1, note="First", verdict="met")
    assert isinstance(done, actions.Saved)
    assert (fresh(answer).note, fresh(answer).verdict) == ("Second", "met")


def test_version_that_does_not_exist_is_refused(cast, answer):
    with pytest.raises(ValidationError, match="does not exist"):
        save(cast.con, answer, base=7, verdict="met")


def test_not_applicable_needs_a_reason(cast, answer):
    with pytest.raises(ValidationError, match="Give a reason why Q1 does not apply"):
        save(cast.con, answer, verdict="na", reason="  ")
    assert fresh(answer).version == 0
    assert not Event.objects.exists()
    save(cast.con, answer, verdict="na", reason="No such data.")
    assert fresh(answer).verdict == "na"


def test_reason_cannot_be_taken_away_while_it_is_needed(cast, answer):
    save(cast.con, answer, verdict="na", reason="No such data.")
    with pytest.raises(ValidationError):
        save(cast.con, fresh(answer), reason="")


def test_database_refuses_not_applicable_without_reason(answer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(pk=answer.pk).update(verdict="na")


def test_owner_is_somebody_of_the_organisation(cast, answer):
    save(cast.ada, answer, owner_id=cast.con.pk)
    assert fresh(answer).owner == cast.con
    with pytest.raises(ValidationError, match="this organisation"):
        save(cast.ada, fresh(answer), owner_id=cast.zoe.pk)
    assert fresh(answer).owner == cast.con


def test_closed_assessment_refuses_answers(cast, answer):
    answer.assessment.status = "archived"
    answer.assessment.save()
    with pytest.raises(ValidationError, match="closed"):
        save(cast.con, answer, verdict="met")


def test_answer_of_another_organisation_does_not_exist(cast, answer):
    with pytest.raises(Answer.DoesNotExist):
        actions.save_answer(
            by=cast.zoe,
            organisation=cast.other,
            assessment_id=answer.assessment_id,
            answer_id=answer.pk,
            changes={"verdict": "met"},
            base=0,
        )


def question_answer(cast, **fields):
    edition = make_draft(questions=1)
    section = edition.sections.get()
    question = make_question(edition, section, 2, **fields)
    question.save()
    if fields["kind"] in {"choice", "choices"}:
        for place, verdict in enumerate(["met", "not_met", "na"], 1):
            question.choices.create(
                key=f"c{place}",
                label="No = such data" if verdict == "na" else f"Choice {place}",
                verdict=verdict,
                position=place,
            )
    assessment = make_assessment(cast.acme, cast.ada, publish(edition))
    return assessment.answers.get(question=question)


def test_number_brings_its_verdict(cast):
    answer = question_answer(cast, kind="number", number={"unit": "days", "at_most": 31})
    save(cast.con, answer, value=["28"])
    assert (fresh(answer).value, fresh(answer).verdict) == ("28", "met")
    save(cast.con, fresh(answer), value=["40"])
    assert (fresh(answer).value, fresh(answer).verdict) == ("40", "not_met")
    save(cast.con, fresh(answer), value=[""])
    assert (fresh(answer).value, fresh(answer).verdict) == (None, "unanswered")


def test_choice_brings_its_verdict_and_na_stays_a_persons_word(cast):
    answer = question_answer(cast, kind="choice")
    save(cast.con, answer, value=["c2"])
    assert fresh(answer).verdict == "not_met"
    save(cast.con, fresh(answer), verdict="na", reason="Not ours.")
    save(cast.con, fresh(answer), value=["c1"])
    assert (fresh(answer).value, fresh(answer).verdict) == ("c1", "na")
    save(cast.con, fresh(answer), verdict="unanswered")
    assert fresh(answer).verdict == "met"


def test_choice_that_means_not_applicable_is_its_own_reason(cast):
    answer = question_answer(cast, kind="choice")
    save(cast.con, answer, value=["c3"])
    assert (fresh(answer).verdict, fresh(answer).reason) == ("na", "No = such data")


@pytest.mark.parametrize("place", ["?open={}", "mine/?open={}"])
@pytest.mark.parametrize(("kind", "value"), [("choice", "old"), ("choices", ["old", "c1"])])
def test_choice_that_the_edition_has_no_more_stays(cast, sign_in, kind, value, place):
    """As a browser without scripts sends the row: with all its fields."""
    answer = question_answer(cast, kind=kind)
    Answer.objects.filter(pk=answer.pk).update(value=value, verdict="met", owner=cast.con)
    con, url = sign_in(cast.con), answer.assessment.get_absolute_url()
    page = con.get(url + place.format(answer.pk)).content.decode()
    assert "old, no longer offered" in page
    action = f"{url}answers/{answer.pk}/save/"
    row = next(one for one in fromstring(page).forms if one.action == action)
    sent = [*row.form_values(), ("note", "More")]
    posted = {name: [v for n, v in sent if n == name] for name, _ in sent}
    assert con.post(action, posted).status_code == 302
    now = fresh(answer)
    assert (now.value, now.note, now.verdict) == (value, "More", "met")
    if kind == "choices":
        save(cast.con, now, value=["old", "c1", "c2"])
        assert fresh(answer).value == ["c1", "c2", "old"]
        with pytest.raises(ValidationError, match="one of the choices"):
            save(cast.con, fresh(answer), value=["older"])


def test_wrong_number_changes_nothing(cast):
    answer = question_answer(cast, kind="number", number={"unit": "days", "at_most": 31})
    with pytest.raises(ValidationError, match="not a number"):
        save(cast.con, answer, value=["soon"], note="Kept?")
    assert fresh(answer).version == 0


@pytest.mark.parametrize("typed", ["1,200", "1.200", "12,000", "1_200", "1e2"])
def test_number_that_may_mean_thousands_is_refused(cast, typed):
    answer = question_answer(cast, kind="number", number={"unit": "hours", "at_most": 72})
    with pytest.raises(ValidationError, match=r"two ways|not a number"):
        save(cast.con, answer, value=[typed])
    assert fresh(answer).version == 0


@pytest.mark.parametrize("stored", ["1.234", "1.250", "1.2340"])
def test_number_that_stands_comes_back_and_no_other_of_its_form(cast, stored):
    answer = question_answer(cast, kind="number", number={"unit": "hours", "at_most": 72})
    save(cast.con, answer, value=["1.5"])
    Answer.objects.filter(pk=answer.pk).update(value=stored)
    save(cast.con, fresh(answer), value=[stored], note="New")
    assert (fresh(answer).value, fresh(answer).note) == (stored, "New")
    with pytest.raises(ValidationError, match="two ways"):
        save(cast.con, fresh(answer), value=["2.345"])


def test_undo_puts_back_a_number_that_people_could_read_in_two_ways(cast):
    answer = question_answer(cast, kind="number", number={"unit": "hours", "at_most": 72})
    save(cast.con, answer, value=["5"])
    Answer.objects.filter(pk=answer.pk).update(value="1.234")
    event = save(cast.con, fresh(answer), value=["6"]).event
    done = actions.undo(by=cast.con, assessment=answer.assessment, seq=event.seq)
    assert (done.event.action, fresh(answer).value) == ("answer.undone", "1.234")


def test_undo_puts_back_what_one_event_changed(cast, answer):
    save(cast.con, answer, note="Before")
    event = save(cast.con, fresh(answer), verdict="met", note="After").event
    done = actions.undo(by=cast.ada, assessment=answer.assessment, seq=event.seq)
    now = fresh(answer)
    assert (now.verdict, now.note, now.version) == ("unanswered", "Before", 3)
    assert done.event.action == "answer.undone"


def test_undo_of_an_undo_brings_the_change_back(cast, answer):
    event = save(cast.con, answer, verdict="met").event
    undone = actions.undo(by=cast.con, assessment=answer.assessment, seq=event.seq).event
    actions.undo(by=cast.con, assessment=answer.assessment, seq=undone.seq)
    assert fresh(answer).verdict == "met"


def test_undo_stands_back_when_somebody_changed_it_since(cast, answer):
    event = save(cast.con, answer, verdict="met").event
    save(cast.ada, fresh(answer), verdict="partly")
    done = actions.undo(by=cast.con, assessment=answer.assessment, seq=event.seq)
    assert (done.event, fresh(answer).verdict) == (None, "partly")


def test_undo_that_is_sent_twice_was_done(cast, answer):
    event = save(cast.con, answer, verdict="met").event
    again, other = (actions.undo(by=cast.con, assessment=answer.assessment, seq=event.seq) for _ in range(2))
    assert (again.was_back, other.event, other.was_back) == (False, None, True)
    save(cast.ada, fresh(answer), verdict="partly")
    late = actions.undo(by=cast.con, assessment=answer.assessment, seq=event.seq)
    assert (late.event, late.was_back) == (None, False)


def test_undo_brings_back_owner_and_due_date(cast, answer):
    event = save(cast.ada, answer, owner_id=cast.con.pk).event
    actions.undo(by=cast.ada, assessment=answer.assessment, seq=event.seq)
    assert fresh(answer).owner is None


def test_event_of_another_assessment_cannot_be_undone(cast, answer):
    event = save(cast.con, answer, verdict="met").event
    other = make_assessment(cast.acme, cast.ada)
    with pytest.raises(Event.DoesNotExist):
        actions.undo(by=cast.con, assessment=other, seq=event.seq)


def test_chain_stands_after_all_of_this(cast, answer):
    save(cast.con, answer, base=0, note="a\u202eb 🙂\n" * 50)
    save(cast.ada, answer, base=0, note="other")
    save(cast.con, fresh(answer), verdict="met")
    assert verification.verify(cast.acme.pk) is None
