"""N/A by two people, and answers that are looked at again."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from compliance.models import Answer, Event, Mention
from compliance.proof.audit import trail
from compliance.reporting.home.todo import needs
from compliance.work.assessments import actions
from compliance.work.assessments.proposing import Used
from compliance.work.assessments.versions import Known
from compliance.work.workspace import actions as workspace_actions
from compliance.work.workspace.history import history
from tests.support.factories import (
    attach,
    make_assessment,
    make_draft,
    make_link,
    make_member,
    make_proposal,
    publish,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


@pytest.fixture
def answer(assessment):
    return assessment.answers.order_by("question__position").first()


def save(by, answer, **changes):
    answer.refresh_from_db()
    return actions.save_answer(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=changes,
        base=answer.version,
    )


def say_na(by, answer, reason="We have no such system."):
    save(by, answer, verdict="na", reason=reason)
    answer.refresh_from_db()
    return answer


def confirm(by, *answers):
    return actions.confirm_na(
        by=by,
        organisation=answers[0].assessment.organisation,
        seen={answer.pk: Known(answer.version) for answer in answers},
    )


def address(name, answer):
    return reverse(f"workspace:{name}", args=["acme", answer.assessment_id, answer.pk])


def test_second_person_confirms_with_one_event(cast, answer):
    say_na(cast.con, answer)
    done = confirm(cast.rev, answer)
    answer.refresh_from_db()
    assert (answer.na_confirmed_by, answer.na_waits) == (cast.rev, False)
    assert answer.na_confirmed_at is not None
    (event,) = done.events
    assert (event.action, event.actor, event.subject_id) == (
        "answer.na_confirmed",
        cast.rev,
        str(answer.pk),
    )
    assert (Event.objects.count(), answer.version, answer.changed_by) == (
        2,
        1,
        cast.con,
    )
    assert history(answer)[0].what == "N/A confirmed"


def test_nobody_confirms_their_own(cast, answer):
    say_na(cast.otto, answer)
    done = confirm(cast.otto, answer)
    assert done.refused == ["Q1: you chose N/A yourself. A second person confirms it."]
    answer.refresh_from_db()
    assert answer.na_waits


def test_nobody_confirms_what_their_own_program_proposed(cast, sign_in, answer):
    na = {"verdict": "na", "reason": "No such data."}
    made = make_proposal(answer, cast.otto, na)
    actions.save_answer(
        by=cast.con,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes=na,
        base=0,
        used=Used(made.pk),
    )
    answer.refresh_from_db()
    assert confirm(cast.otto, answer).refused == [
        "Q1: a program of yours proposed an answer. A second person confirms it."
    ]
    answer.refresh_from_db()
    assert answer.na_waits
    queue = reverse("workspace:na_queue", args=["acme"])
    for person, listed in [(cast.otto, []), (cast.ada, [answer])]:
        assert list(sign_in(person).get(queue).context["page"]) == listed
    assert confirm(cast.rev, answer).answers == [answer]


def test_reason_that_changed_since_it_was_read_is_not_confirmed(cast, answer):
    old = Known(say_na(cast.con, answer).version)
    save(cast.con, answer, reason="Another one.")
    done = actions.confirm_na(by=cast.rev, organisation=cast.acme, seen={answer.pk: old})
    assert done.refused == ["Q1 has changed since you looked. Read it again."]
    save(cast.con, answer, due_on=None, owner_id=cast.con.pk)
    seen = {answer.pk: Known(2)}
    assert actions.confirm_na(by=cast.rev, organisation=cast.acme, seen=seen).answers == [answer]


def test_several_are_confirmed_at_once_and_what_cannot_be_is_named(cast, assessment):
    first, second, third = assessment.answers.order_by("question__position")
    for one in (first, second):
        say_na(cast.con, one)
    say_na(cast.rev, third)
    done = confirm(cast.rev, first, second, third)
    assert done.answers == [first, second]
    assert len(done.events) == 2
    assert done.refused == ["Q3: you chose N/A yourself. A second person confirms it."]
    waiting = actions.unconfirm_na(
        by=cast.ada,
        organisation=cast.acme,
        seqs=[event.seq for event in done.events],
    )
    assert waiting == [first, second]
    assert all(one.na_waits for one in Answer.objects.all())


def test_confirmation_taken_back_twice_is_taken_back_once(cast, answer):
    say_na(cast.con, answer)
    seq = confirm(cast.rev, answer).events[0].seq
    take_back = {"by": cast.rev, "organisation": cast.acme, "seqs": [seq]}
    assert actions.unconfirm_na(**take_back) == [answer]
    confirm(cast.ada, answer)
    assert actions.unconfirm_na(**take_back) == []
    answer.refresh_from_db()
    assert answer.na_confirmed_by == cast.ada


def test_only_confirmations_of_the_own_organisation_are_taken_back(cast, answer):
    say_na(cast.con, answer)
    with pytest.raises(Event.DoesNotExist):
        actions.unconfirm_na(by=cast.ada, organisation=cast.acme, seqs=[1])
    confirm(cast.rev, answer)
    with pytest.raises(Event.DoesNotExist):
        actions.unconfirm_na(by=cast.zoe, organisation=cast.other, seqs=[2])


def test_answer_that_changes_needs_its_second_person_again(cast, answer):
    say_na(cast.con, answer)
    confirm(cast.rev, answer)
    save(cast.con, answer, reason="Not any more.")
    answer.refresh_from_db()
    assert answer.na_waits
    assert confirm(cast.rev, answer).answers == [answer]
    save(cast.ada, answer, verdict="met")
    answer.refresh_from_db()
    assert confirm(cast.rev, answer).refused == ["Q1 is no longer N/A."]


def test_note_leaves_the_confirmation_alone(cast, answer):
    say_na(cast.con, answer)
    confirm(cast.rev, answer)
    save(cast.con, answer, note="See the register.")
    answer.refresh_from_db()
    assert answer.na_confirmed_by == cast.rev


def test_sent_back_it_is_open_again_and_a_comment_says_why(cast, answer):
    say_na(cast.con, answer, "We are small.")
    actions.send_back_na(
        by=cast.rev,
        organisation=cast.acme,
        answer_id=answer.pk,
        seen=Known(1),
        why="Size is not a reason. <b>",
    )
    answer.refresh_from_db()
    assert (answer.verdict, answer.na_by, answer.version) == ("unanswered", None, 2)
    comment = answer.comments.get()
    assert (comment.author, comment.text) == (
        cast.rev,
        "N/A sent back: Size is not a reason. <b>\n\nThe reason was: We are small.",
    )
    assert Mention.objects.get(comment=comment).user == cast.con
    before, after = trail.changes(Event.objects.get(action="answer.na_sent_back"))
    assert (before["verdict"], after["verdict"]) == ("na", "unanswered")
    assert answer.reason == "We are small."
    undone = actions.undo(by=cast.ada, assessment=answer.assessment, seq=2)
    assert (undone.answer.verdict, undone.answer.na_by) == ("na", cast.ada)


def test_number_sent_back_says_what_its_value_says(cast):
    edition = make_draft(questions=1)
    number = {"unit": "days", "at_most": 10}
    edition.questions.update(kind="number", number=number)
    answer = make_assessment(cast.acme, cast.ada, publish(edition)).answers.get()
    save(cast.con, answer, value=["9"])
    say_na(cast.con, answer)
    actions.send_back_na(
        by=cast.rev,
        organisation=cast.acme,
        answer_id=answer.pk,
        seen=Known(2),
        why="It does.",
    )
    answer.refresh_from_db()
    assert (answer.verdict, answer.value) == ("met", "9")


def test_closed_assessment_and_rules_refuse_the_second_person(cast, answer):
    say_na(cast.con, answer)
    Answer.objects.update(applies=False)
    assert confirm(cast.rev, answer).refused == ["Q1 does not apply, by a rule."]
    answer.assessment.status = "archived"
    answer.assessment.save()
    with pytest.raises(ValidationError, match="closed"):
        confirm(cast.rev, answer)


def test_foreign_answer_is_not_there(cast, answer):
    say_na(cast.con, answer)
    with pytest.raises(Answer.DoesNotExist):
        actions.confirm_na(by=cast.zoe, organisation=cast.other, seen={answer.pk: Known(1)})


def test_queue_shows_what_waits_for_this_person(cast, sign_in, assessment):
    first, second, third = assessment.answers.order_by("question__position")
    say_na(cast.con, first, "<script>alert(1)</script>")
    say_na(cast.rev, second)
    say_na(cast.con, third)
    attach(first, make_link(cast.acme, cast.ada, "Org chart"))
    Answer.objects.filter(pk=third.pk).update(applies=False)
    reply = sign_in(cast.rev).get(reverse("workspace:na_queue", args=["acme"]))
    assert list(reply.context["page"]) == [first]
    for shown in ("&lt;script&gt;", "Con Tributor", "Org chart", "1 waits for you"):
        assert shown in reply.text
    assert "<script>alert" not in reply.text


def test_queue_confirms_what_is_picked_and_undoes_it_in_one_go(cast, sign_in, assessment):
    answers = list(assessment.answers.order_by("question__position"))
    for one in answers:
        say_na(cast.con, one)
    rev, url = sign_in(cast.rev), reverse("workspace:na_queue", args=["acme"])
    sent = {f"base-{one.pk}": one.version for one in answers}
    empty = rev.post(url, sent, follow=True)
    assert "Pick at least one question first." in empty.text
    page = rev.post(url, sent | {"pick": [one.pk for one in answers[:2]]}, follow=True)
    assert "2 N/A confirmed." in page.text
    seqs = page.context["done"]
    rev.post(url, sent | {"only": answers[2].pk})
    assert Answer.objects.filter(na_confirmed_by=cast.rev).count() == 3
    page = rev.post(reverse("workspace:na_undo", args=["acme"]), {"seq": seqs}, follow=True)
    assert "2 N/A wait again." in page.text
    assert Answer.objects.filter(na_confirmed_by=cast.rev).count() == 1
    last = rev.post(url, sent | {"only": answers[0].pk}, follow=True).context["done"]
    undo = reverse("workspace:na_undo", args=["acme"])
    page = rev.post(undo, {"seq": last, "want": "queue"}, follow=True)
    assert page.redirect_chain[-1][0] == url
    assert "1 N/A waits again." in page.text


@pytest.mark.parametrize("sent", [{"pick": "x"}, {"only": "7"}, {"base-x": "1"}])
def test_queue_bears_any_input(sent, cast, sign_in, answer):
    url = reverse("workspace:na_queue", args=["acme"])
    assert sign_in(cast.rev).post(url, sent).status_code == 302
    assert sign_in(cast.rev).get(url, {"seq": "a", "page": "-3"}).status_code == 200


def test_queue_of_another_organisation_is_closed(cast, sign_in, answer):
    say_na(cast.con, answer)
    theirs = reverse("workspace:na_queue", args=["other"])
    sent = {f"base-{answer.pk}": 1, "only": answer.pk}
    assert sign_in(cast.zoe).post(theirs, sent).status_code == 404
    assert sign_in(cast.zoe).get(theirs).context["page"].paginator.count == 0


def test_queue_asks_as_often_for_thirty_rows_as_for_one(
    cast, sign_in, assessment, django_assert_max_num_queries
):
    rev, url = sign_in(cast.rev), reverse("workspace:na_queue", args=["acme"])
    for number in range(10):
        one = make_assessment(cast.acme, cast.ada, subject=str(number))
        one.answers.update(verdict="na", reason="None.", na_by=cast.con)
    rev.get(url)
    with django_assert_max_num_queries(8):
        rev.get(url)


def test_home_says_how_many_wait(cast, sign_in, answer, settings):
    say_na(cast.con, answer)
    home = sign_in(cast.rev).get(reverse("home:home", args=["acme"]))
    assert "1 N/A waits for you" in home.text
    assert "N/A wait" not in sign_in(cast.rob).get(home.request["PATH_INFO"]).text
    today = answer.assessment.started_at.date()
    assert needs(cast.acme, cast.con, today) == []


def test_row_offers_the_confirmation_to_the_second_person_only(cast, sign_in, answer):
    say_na(cast.otto, answer)
    url = address("row", answer)
    for person, offered in ((cast.rev, True), (cast.ada, True), (cast.otto, False)):
        text = sign_in(person).get(url, headers=HTMX).text
        assert ("Confirm N/A" in text) is offered
        assert "N/A waits for a second person" in text
    text = sign_in(cast.con).get(url, headers=HTMX).text
    assert "Confirm N/A" not in text


def test_button_in_the_row_confirms_and_offers_undo(cast, sign_in, answer):
    say_na(cast.con, answer)
    rev = sign_in(cast.rev)
    sent = {"base": answer.version, "note": ""}
    reply = rev.post(address("na_confirm", answer), sent, headers=HTMX)
    assert "N/A confirmed by" in reply.text
    assert reverse("workspace:na_undo", args=["acme"]) in reply.text
    stale = rev.post(address("na_confirm", answer), sent, headers=HTMX)
    assert (stale.status_code, "confirmed already" in stale.text) == (409, True)
    seq = Event.objects.get(action="answer.na_confirmed").seq
    rev.post(reverse("workspace:na_undo", args=["acme"]), {"seq": seq}, headers=HTMX)
    assert Answer.objects.get(pk=answer.pk).na_waits


def test_without_script_it_goes_on_in_the_row(cast, sign_in, answer):
    say_na(cast.con, answer)
    rev = sign_in(cast.rev)
    page = rev.post(address("na_confirm", answer), {"base": 1}, follow=True)
    assert "Q1: N/A confirmed." in page.text


def test_sending_back_needs_a_reason(cast, sign_in, answer):
    say_na(cast.con, answer)
    rev, url = sign_in(cast.rev), address("na_back", answer)
    assert "We have no such system." in rev.get(url).text
    reply = rev.post(url, {"base": 1, "why": " "})
    assert (
        reply.status_code,
        "Give the reason for sending it back." in reply.text,
    ) == (422, True)
    assert rev.post(url, {"base": 0, "why": "No."}).status_code == 409
    page = rev.post(url, {"base": 1, "why": "No."}, follow=True)
    assert "sent back" in page.text
    assert Answer.objects.get(pk=answer.pk).verdict == "unanswered"


def carried(answer, why="carried"):
    Answer.objects.filter(pk=answer.pk).update(verdict="met", again=why)
    answer.refresh_from_db()
    return answer


def still_right(by, answer):
    return workspace_actions.confirm_again(
        by=by,
        organisation=answer.assessment.organisation,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        seen=Known(answer.version),
    )


def test_still_right_is_one_event_and_can_be_undone(cast, answer):
    carried(answer)
    _, event = still_right(cast.con, answer)
    answer.refresh_from_db()
    assert (answer.again, answer.version, event.action) == (
        "",
        0,
        "answer.confirmed_again",
    )
    assert still_right(cast.con, answer)[1] is None
    actions.undo(by=cast.con, assessment=answer.assessment, seq=event.seq)
    answer.refresh_from_db()
    assert answer.again == "carried"


def test_undo_of_a_change_asks_again(cast, answer):
    carried(answer)
    event = save(cast.con, answer, note="Looked.").event
    answer.refresh_from_db()
    assert answer.again == ""
    actions.undo(by=cast.con, assessment=answer.assessment, seq=event.seq)
    answer.refresh_from_db()
    assert (answer.again, answer.note) == ("carried", "")


def test_answer_that_changed_meanwhile_is_not_still_right(cast, answer):
    carried(answer)
    save(cast.ada, answer, note="New")
    Answer.objects.filter(pk=answer.pk).update(again="action")
    answer.version = 0
    with pytest.raises(ValidationError, match="changed since you looked"):
        still_right(cast.con, answer)


def test_badge_and_button_ask_and_the_reply_clears_them(cast, sign_in, answer):
    carried(answer, "action")
    con = sign_in(cast.con)
    page = con.get(answer.assessment.get_absolute_url()).text
    assert "Action closed: look again" in page
    assert "Still right" in con.get(address("row", answer), headers=HTMX).text
    reply = con.post(address("again", answer), {"base": 0}, headers=HTMX)
    assert (reply.status_code, "badge-change" in reply.text) == (200, False)
    assert "/undo/1/" in reply.text


@pytest.mark.slow
@pytest.mark.usefixtures("shared")
def test_two_who_confirm_at_once_are_one_confirmation(cast, assessment):
    answer = say_na(cast.con, assessment.answers.first())
    people = [cast.rev, make_member(cast.acme, "officer", "Second")]
    outcomes, gate = [], threading.Barrier(2)

    def work(person):
        gate.wait()
        try:
            outcomes.append(confirm(person, answer))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(done.events) for done in outcomes) == [0, 1]
    assert Event.objects.filter(action="answer.na_confirmed").count() == 1
