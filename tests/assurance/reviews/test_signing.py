"""From running to signed and back: who may, what refuses, what stays."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from compliance.assurance.reviews import actions
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.signatures import content_at, signoffs_of
from compliance.content.evidence.actions import describe
from compliance.identity.organisations import actions as people
from compliance.models import (
    Check,
    Event,
    Membership,
    Reopening,
    Review,
    SignOff,
    Snapshot,
    User,
)
from compliance.proof.audit import trail, verification
from compliance.work.assessments.actions import archive, confirm_na, take_up
from compliance.work.assessments.versions import Known
from compliance.work.discussion.actions import comment
from compliance.work.remediation.actions import change_action, link_answer
from compliance.work.signatures.validity import void_of
from tests.support import factories, signing
from tests.support.mail_queue import send_queued

pytestmark = pytest.mark.slow


def events(assessment, start="assessment."):
    rows = Event.objects.filter(scope_id=assessment.pk, action__startswith=start)
    return list(rows.order_by("seq").values_list("action", flat=True))


def test_complete_assessment_is_sent_and_its_answers_stand_still(cast):
    assessment = signing.make_sent(cast)
    assert (assessment.status, assessment.reviews.get().sent_by) == (
        "review",
        cast.otto,
    )
    assert events(assessment) == ["assessment.sent"]
    with pytest.raises(ValidationError, match="is in review: its answers stay"):
        signing.answer(cast.con, assessment, "Q1", verdict="partly")


def test_open_question_keeps_an_assessment_from_review(cast):
    assessment = signing.make_ready(cast)
    signing.answer(cast.con, assessment, "Q3", verdict="unanswered")
    with pytest.raises(ValidationError, match="One question is unanswered"):
        actions.send(by=cast.otto, assessment=assessment)
    assert (signing.fresh(assessment).status, Review.objects.count()) == ("running", 0)
    assert events(assessment) == []


def test_sent_twice_is_refused(cast):
    assessment = signing.make_sent(cast)
    with pytest.raises(ValidationError, match="is in review: it cannot be sent"):
        actions.send(by=cast.ada, assessment=assessment)


def test_what_is_in_review_is_not_archived_and_archived_is_not_sent(cast):
    assessment = signing.make_sent(cast)
    with pytest.raises(ValidationError, match="cannot be archived"):
        archive(by=cast.ada, assessment=assessment)
    actions.return_for_changes(by=cast.rev, assessment=assessment, said="Look.")
    archive(by=cast.ada, assessment=assessment)
    with pytest.raises(ValidationError, match="is closed: it cannot be sent"):
        actions.send(by=cast.otto, assessment=assessment)


def test_returned_answer_asks_its_people_with_the_reason(cast):
    assessment = signing.make_sent(cast)
    signing.look(cast.rev, assessment, "Q1", "returned", "Which binder?")
    keys = actions.return_for_changes(by=cast.rev, assessment=assessment)
    row = assessment.answers.get(question__key="Q1")
    assert (keys, row.again, signing.fresh(assessment).status) == (
        ["Q1"],
        "returned",
        "running",
    )
    said = row.comments.get(author=cast.rev)
    assert said.text == "Returned: Which binder?"
    assert [one.user for one in said.mentions.all()] == [cast.con]
    mail = next(m for m in send_queued() if "review" in m.subject)
    assert (mail.to, "Q1 Duty 1" in mail.body) == (["con@example.org"], True)
    assert "Which binder" not in mail.body


def test_returned_answer_of_somebody_who_left_mails_them_nothing(cast):
    assessment = signing.make_sent(cast)
    signing.look(cast.rev, assessment, "Q1", "returned", "Which binder?")
    cast.acme.memberships.get(user=cast.con).delete()
    actions.return_for_changes(by=cast.rev, assessment=assessment)
    row = assessment.answers.get(question__key="Q1")
    assert (row.answered_by, row.again) == (cast.con, "returned")
    assert not row.comments.get(author=cast.rev).mentions.exists()
    assert not [m for m in send_queued() if m.to == [cast.con.email]]


def test_returned_answer_is_answered_and_sent_again(cast):
    assessment = signing.make_sent(cast)
    signing.look(cast.rev, assessment, "Q1", "returned", "Which binder?")
    actions.return_for_changes(by=cast.rev, assessment=assessment)
    with pytest.raises(ValidationError, match="to be confirmed again"):
        actions.send(by=cast.otto, assessment=assessment)
    signing.answer(cast.con, assessment, "Q1", note="Binder 7.")
    actions.send(by=cast.otto, assessment=assessment)
    assert [r.ended for r in Review.objects.order_by("pk")] == ["returned", ""]


def test_returning_without_a_reason_is_refused(cast):
    assessment = signing.make_sent(cast)
    with pytest.raises(ValidationError, match="Say what has to change"):
        actions.return_for_changes(by=cast.rev, assessment=assessment)
    with pytest.raises(ValidationError, match="Say what has to change"):
        signing.look(cast.rev, assessment, "Q1", "returned", "  ")
    assert signing.fresh(assessment).status == "review"


def test_later_look_takes_the_place_of_an_earlier_one(cast):
    assessment = signing.make_sent(cast)
    signing.look(cast.rev, assessment, "Q1", "returned", "Which binder?")
    signing.look(cast.rev, assessment, "Q1")
    signing.look(cast.rev, assessment, "Q1")
    assert Check.objects.count() == 2
    assert events(assessment, "answer.r") + events(assessment, "answer.a") == [
        "answer.returned",
        "answer.accepted",
    ]
    with pytest.raises(ValidationError, match="Say what has to change"):
        actions.return_for_changes(by=cast.rev, assessment=assessment)


def test_nobody_checks_what_they_prepared(cast):
    assessment = signing.make_ready(cast)
    signing.answer(cast.rev, assessment, "Q3", note="By me.")
    signing.answer(cast.con, assessment, "Q3", note="By Con, later.")
    actions.send(by=cast.otto, assessment=assessment)
    with pytest.raises(ValidationError, match="You prepared Q3"):
        signing.look(cast.rev, assessment, "Q3")
    assert signing.look(cast.otto, assessment, "Q3").result == "accepted"


def test_look_at_what_the_page_does_not_show_any_more_is_refused(cast):
    assessment = signing.make_sent(cast)
    answer = assessment.answers.get(question__key="Q1")
    with pytest.raises(ValidationError, match="Q1 has changed since you looked"):
        actions.check(
            by=cast.rev,
            assessment=assessment,
            answer_id=answer.pk,
            seen="0" * 64,
            result="accepted",
        )


def test_signature_holds_what_was_said_and_stands_on_the_trail(cast):
    assessment = signing.make_sent(cast)
    seen = signing.seen(assessment)
    done = signing.sign(cast.rev, assessment, seen=seen, reservations="Not the annex.", role="DPO")
    event = Event.objects.get(action="assessment.signed")
    assert (done.trail_seq, done.trail_hash) == (event.seq, event.hash)
    assert trail.head_of(cast.acme.pk) == (event.seq, event.hash)
    assert (done.revision, done.signer, done.role) == (1, "Rev Iewer", "DPO")
    assert done.snapshot.content_hash == seen.content_hash
    assert content_at(assessment, 1) == desk_of(assessment).content
    assert json.loads(done.snapshot.rows)["assessment"]["status"] == "review"
    assert "One requirement is stated as not met." in done.statement
    assert Review.objects.get().ended == "signed"
    assert signing.fresh(assessment).status == "signed"
    assert verification.verify(cast.acme.pk) is None


def test_signature_over_an_old_page_is_refused(cast):
    assessment = signing.make_sent(cast)
    seen = signing.seen(assessment)
    comment(by=cast.otto, answer=assessment.answers.first(), text="One more thing.")
    with pytest.raises(ValidationError, match="has changed since you opened") as error:
        signing.sign(cast.rev, assessment, seen=seen)
    assert error.value.code == actions.MOVED
    assert (Snapshot.objects.count(), SignOff.objects.count()) == (0, 0)


def lose_right(cast, person, role):
    """Ada ends the membership of someone, or gives them a role."""
    own = Membership.objects.get(organisation=cast.acme, user=person)
    if role:
        people.change_role(by=cast.ada, membership=own, role=role)
    else:
        people.remove_member(by=cast.ada, membership=own)


@pytest.mark.parametrize("role", ["", "contributor"])
def test_whoever_lost_the_right_while_the_request_waited_signs_nothing(cast, role):
    """The door let them in before; only the action comes after the lock."""
    assessment = signing.make_sent(cast)
    lose_right(cast, cast.rev, role)
    with pytest.raises(PermissionDenied):
        signing.sign(cast.rev, assessment)
    assert (signing.fresh(assessment).status, SignOff.objects.count()) == ("review", 0)


@pytest.mark.parametrize("role", ["", "contributor"])
def test_whoever_lost_the_right_while_the_request_waited_reopens_nothing(cast, role):
    assessment = signing.make_signed(cast)
    actions.ask_reopening(by=cast.ada, assessment=assessment, reason="A figure.")
    lose_right(cast, cast.otto, role)
    with pytest.raises(PermissionDenied):
        actions.decide_reopening(by=cast.otto, assessment=assessment, decision="approved")
    assert signing.fresh(assessment).status == "signed"


def test_signer_answered_nothing_that_no_other_reviewer_accepted(cast):
    assessment = signing.make_ready(cast)
    signing.answer(cast.rev, assessment, "Q3", note="By me.")
    actions.send(by=cast.otto, assessment=assessment)
    with pytest.raises(ValidationError, match="You prepared one answer"):
        signing.sign(cast.rev, assessment)
    signing.look(cast.otto, assessment, "Q3")
    assert signing.sign(cast.rev, assessment).signed_by == cast.rev


def test_assigning_an_owner_is_not_answering(cast):
    assessment = signing.make_ready(cast)
    signing.answer(cast.rev, assessment, "Q3", owner_id=cast.con.pk)
    actions.send(by=cast.otto, assessment=assessment)
    assert signing.sign(cast.rev, assessment).pk


def test_na_by_a_person_is_confirmed_in_review_before_it_is_signed(cast):
    assessment = signing.make_ready(cast)
    signing.answer(cast.con, assessment, "Q3", verdict="na", reason="No such data.")
    actions.send(by=cast.otto, assessment=assessment)
    with pytest.raises(ValidationError, match="has no second approval"):
        signing.sign(cast.rev, assessment)
    row = assessment.answers.get(question__key="Q3")
    seen = {row.pk: Known(row.version)}
    assert confirm_na(by=cast.rev, organisation=cast.acme, seen=seen).refused == []
    assert signing.sign(cast.rev, assessment).pk


def test_running_assessment_is_not_signed_and_a_signed_one_not_twice(cast):
    assessment = signing.make_ready(cast)
    with pytest.raises(ValidationError, match="is not in review"):
        signing.sign(cast.rev, assessment)
    actions.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.rev, assessment)
    with pytest.raises(ValidationError, match="is not in review"):
        signing.sign(cast.ada, assessment)


@pytest.mark.parametrize(
    "act",
    [
        lambda who, one: signing.answer(who.con, one, "Q1", verdict="partly"),
        lambda who, one: comment(by=who.ada, answer=one.answers.first(), text="Late."),
        lambda who, one: archive(by=who.ada, assessment=one),
        lambda who, one: take_up(by=who.ada, assessment=one),
        lambda who, one: actions.send(by=who.ada, assessment=one),
        lambda who, one: actions.return_for_changes(by=who.ada, assessment=one, said="No."),
        lambda who, one: signing.look(who.rev, one, "Q1"),
    ],
)
def test_signed_assessment_refuses(act, cast):
    assessment = signing.make_signed(cast)
    before = desk_of(assessment).content.as_json
    with pytest.raises(ValidationError):
        act(cast, assessment)
    assert desk_of(assessment).content.as_json == before


def test_reopening_needs_a_reason_and_a_second_person(cast):
    assessment = signing.make_signed(cast)
    with pytest.raises(ValidationError):
        actions.ask_reopening(by=cast.otto, assessment=assessment, reason=" ")
    asked = {"by": cast.otto, "assessment": assessment, "reason": "A wrong figure."}
    assert actions.ask_reopening(**asked) == actions.ask_reopening(**asked)
    with pytest.raises(ValidationError, match="Otto Weber has already asked"):
        actions.ask_reopening(**asked | {"by": cast.ada})
    decide = {"assessment": assessment, "decision": "approved"}
    with pytest.raises(ValidationError, match="You asked for it yourself"):
        actions.decide_reopening(by=cast.otto, **decide)
    actions.decide_reopening(by=cast.ada, **decide)
    with pytest.raises(ValidationError, match="Nobody is asking to reopen"):
        actions.decide_reopening(by=cast.ada, **decide)
    now = signing.fresh(assessment)
    assert (now.status, now.revision) == ("running", 2)


def test_reopening_is_taken_back_by_who_asked(cast):
    assessment = signing.make_signed(cast)
    actions.ask_reopening(by=cast.otto, assessment=assessment, reason="Why not.")
    actions.decide_reopening(by=cast.otto, assessment=assessment, decision="declined")
    assert (Reopening.objects.get().decision, signing.fresh(assessment).status) == (
        "declined",
        "signed",
    )


def test_second_revision_is_signed_and_the_first_stays_to_the_byte(cast):
    assessment = signing.make_signed(cast)
    first = SignOff.objects.get().snapshot.text
    assessment = signing.reopen(cast.otto, cast.ada, assessment)
    signing.answer(cast.con, assessment, "Q2", note="A better figure.")
    actions.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.ada, assessment)
    signoffs = signoffs_of(signing.fresh(assessment))
    assert [(one.revision, one.signer, one.is_void) for one in signoffs] == [
        (2, "Ada Lindqvist", False),
        (1, "Rev Iewer", False),
    ]
    assert content_at(assessment, 1).as_json == first
    assert content_at(assessment, 2).lines[1].note == "A better figure."


def test_content_signed_twice_is_kept_once(cast):
    assessment = signing.make_signed(cast)
    assessment = signing.reopen(cast.otto, cast.ada, assessment)
    actions.send(by=cast.otto, assessment=assessment)
    signing.sign(cast.rev, assessment)
    assert (Snapshot.objects.count(), SignOff.objects.count()) == (1, 2)
    assert void_of(signing.fresh(assessment)) is None


def test_accepting_na_in_review_is_its_second_approval(cast):
    assessment = signing.make_ready(cast)
    signing.answer(cast.con, assessment, "Q3", verdict="na", reason="No such data.")
    actions.send(by=cast.otto, assessment=assessment)
    signing.look(cast.rev, assessment, "Q3")
    row = assessment.answers.get(question__key="Q3")
    assert (row.na_confirmed_by, row.na_waits) == (cast.rev, False)
    assert signing.sign(cast.ada, assessment).pk


def change(cast, by, **changes):
    action = cast.acme.actions.get()
    change_action(
        by=by,
        organisation=cast.acme,
        number=action.number,
        changes=changes,
        base=action.version,
    )


def voids(assessment):
    """The changes that void a signature, found the cheap way and by the whole reading."""
    assessment = signing.fresh(assessment)
    void = void_of(assessment)
    cheap = list(void.named) if void else []
    whole = list(signoffs_of(assessment)[0].void)
    assert sorted(cheap) == sorted(whole)
    return whole


def test_change_of_an_action_or_evidence_voids_the_signature_until_it_is_undone(cast):
    assessment = signing.make_signed(cast)
    assert voids(assessment) == []
    change(cast, cast.otto, due_on=date(2099, 1, 1))
    proof = cast.acme.evidence.get()
    describe(by=cast.con, evidence=proof, expires_on=date(2099, 1, 1))
    assert voids(assessment) == ["Policy: expiry", "AC-1 Write it: due date"]
    change(cast, cast.otto, due_on=signing.LATER)
    describe(by=cast.con, evidence=proof, expires_on=signing.LATER)
    assert voids(assessment) == []


def test_action_of_another_person_voids_and_a_new_name_does_not(cast):
    assessment = signing.make_signed(cast)
    User.objects.filter(pk=cast.con.pk).update(name="Connie T.")
    assert voids(assessment) == []
    change(cast, cast.otto, text="In two weeks.")
    assert voids(assessment) == ["AC-1 Write it: details"]
    change(cast, cast.otto, owner_id=cast.ada.pk)
    assert voids(assessment) == ["AC-1 Write it: details, owner"]


def test_reopening_keeps_what_had_voided_the_signature(cast):
    assessment = signing.make_signed(cast)
    change(cast, cast.otto, status="doing")
    assessment = signing.reopen(cast.otto, cast.ada, assessment)
    (signoff,) = signoffs_of(assessment)
    assert (signoff.void, signoff.reopened_why) == (
        ("AC-1 Write it: status",),
        "A figure was wrong.",
    )
    assert signoff.void_since == Event.objects.get(action="action.changed").at


def on(month, day):
    """Noon of that day of 2026, as the clock."""
    return time_machine.travel(datetime(2026, month, day, 12, tzinfo=UTC), tick=False)


def void_since(assessment):
    """The day since when a signature is void, which both readings say; None without one."""
    assessment = signing.fresh(assessment)
    void, printed = void_of(assessment), signoffs_of(assessment)[0].void_since
    assert (void.since if void else None) == printed
    return printed.date() if printed else None


@pytest.fixture
def signed_in_march(cast):
    with on(3, 1):
        return signing.make_signed(cast)


def test_change_that_was_put_back_is_not_the_day_since_when_a_signature_is_void(cast, signed_in_march):
    proof = cast.acme.evidence.get()
    for day, expires_on in ((2, date(2099, 1, 1)), (3, signing.LATER)):
        with on(3, day):
            describe(by=cast.con, evidence=proof, expires_on=expires_on)
    assert void_since(signed_in_march) is None
    with on(5, 20):
        change(cast, cast.otto, due_on=date(2099, 1, 1))
    assert voids(signed_in_march) == ["AC-1 Write it: due date"]
    assert void_since(signed_in_march) == date(2026, 5, 20)


def test_signature_is_void_since_the_change_that_was_not_put_back(cast, signed_in_march):
    """Also of one field; and while another one was not put back, since the first."""
    steps = (
        ((3, 2), {"due_on": date(2099, 1, 1)}, date(2026, 3, 2)),
        ((3, 3), {"due_on": signing.LATER}, None),
        ((4, 4), {"due_on": date(2099, 2, 2)}, date(2026, 4, 4)),
        ((4, 5), {"text": "In two weeks."}, date(2026, 4, 4)),
        ((4, 6), {"due_on": signing.LATER}, date(2026, 4, 4)),
    )
    for day, changes, since in steps:
        with on(*day):
            change(cast, cast.otto, **changes)
        assert void_since(signed_in_march) == since, day


def test_action_that_another_answer_uses_too_voids_from_its_change_on(cast, signed_in_march):
    other = factories.make_assessment(cast.acme, cast.ada, subject="Other")
    answer, number = other.answers.first(), cast.acme.actions.get().number
    with on(3, 2):
        link_answer(by=cast.otto, organisation=cast.acme, number=number, answer_id=answer.pk)
    with on(5, 20):
        change(cast, cast.otto, due_on=date(2099, 1, 1))
    assert void_since(signed_in_march) == date(2026, 5, 20)


def test_reopened_revision_says_since_when_it_was_void_by_then(cast, signed_in_march):
    proof = cast.acme.evidence.get()
    for day, expires_on in ((2, date(2099, 1, 1)), (3, signing.LATER)):
        with on(3, day):
            describe(by=cast.con, evidence=proof, expires_on=expires_on)
    with on(5, 20):
        change(cast, cast.otto, status="doing")
    with on(5, 21):
        assessment = signing.reopen(cast.otto, cast.ada, signed_in_march)
    with on(5, 22):
        change(cast, cast.otto, status="open")
    (signoff,) = signoffs_of(assessment)
    assert signoff.void == ("AC-1 Write it: status",)
    assert signoff.void_since.date() == date(2026, 5, 20)


def test_action_given_away_and_back_is_as_it_was_signed(cast):
    """Whatever its owner is called by then."""
    assessment = signing.make_signed(cast)
    change(cast, cast.otto, owner_id=cast.ada.pk)
    change(cast, cast.otto, owner_id=cast.con.pk)
    User.objects.filter(pk=cast.con.pk).update(name="Connie T.")
    assert voids(assessment) == []
