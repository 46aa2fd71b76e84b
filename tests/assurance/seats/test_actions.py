"""Giving seats, sampling, asking and answering."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.assurance.seats import actions
from compliance.assurance.seats.sample_draw import Lot, at_random, by_risk
from compliance.identity.organisations.actions import (
    accept_as_new,
    accept_invitation,
    invite,
    leave,
)
from compliance.models import (
    Answer,
    Event,
    Membership,
    Request,
    SampleItem,
    Seat,
    SeatOffer,
)
from compliance.proof.audit import tables, trail
from tests.support import factories
from tests.support.auditor_seats import ask, give, make_proof
from tests.support.factories import PASSWORD
from tests.support.mail_queue import queued, send_queued
from tests.support.page_text import flat


@pytest.fixture
def assessment(cast):
    return factories.make_assessment(cast.acme, cast.ada)


@pytest.fixture
def seat(cast, assessment):
    return give(cast, assessment)


def event_of(action):
    event = Event.objects.get(action=action)
    return event.actor, *trail.changes(event)


# Seats


def test_member_gets_a_mail_and_the_trail_an_event(cast, assessment):
    seat = give(cast, assessment, purpose="Yearly audit")
    (mail,) = send_queued()
    assert mail.to == [cast.aud.email]
    assert f"/o/acme/audit/{seat.pk}/" in mail.body
    by, before, after = event_of("seat.given")
    assert (by, before, after["user_id"]) == (cast.otto, {}, cast.aud.pk)


def test_somebody_unknown_is_invited_as_auditor(cast, assessment):
    offer = give(cast, assessment, email="New@Audit.example", name="Nia New")
    made = offer.invitation
    assert (made.role, made.email) == ("auditor", "new@audit.example")
    assert not Seat.objects.exists()
    (mail,) = send_queued()
    assert "/invitation/" in mail.body
    assert "asked to read" in mail.body
    by, _, after = event_of("seat.offered")
    assert (by, after["person"]) == (cast.otto, "new@audit.example")


def test_seat_opens_once_its_person_joins(cast, assessment, sign_in):
    offer = give(cast, assessment, email=cast.zoe.email, purpose="Yearly audit")
    zoe = sign_in(cast.zoe)
    assert zoe.get("/o/acme/audit/").status_code == 404
    accept_invitation(by=cast.zoe, invitation=offer.invitation)
    seat = Seat.objects.get()
    assert (seat.user, seat.given_by, seat.purpose) == (
        cast.zoe,
        cast.otto,
        "Yearly audit",
    )
    assert zoe.get(f"/o/acme/audit/{seat.pk}/").status_code == 200
    by, _, after = event_of("seat.taken_up")
    assert (by, after["user_id"], after["given_by_id"]) == (
        cast.zoe,
        cast.zoe.pk,
        cast.otto.pk,
    )
    assert list(tables.faults(cast.acme.pk)) == []


def test_offers_of_two_assessments_come_with_one_invitation(cast, assessment):
    second = factories.make_assessment(cast.acme, cast.ada)
    give(cast, assessment, email="new@audit.example")
    offer = give(cast, second, email="new@audit.example", name="")
    assert SeatOffer.objects.count() == 2
    with pytest.raises(ValidationError, match="has a seat here already"):
        give(cast, second, email="new@audit.example")
    made = accept_as_new(invitation=offer.invitation, name="Nia", password=PASSWORD)
    assert Seat.objects.filter(user=made.user).count() == 2


def test_seat_that_is_over_when_its_person_joins_is_not_given(cast, assessment):
    today = timezone.localdate()
    offer = give(cast, assessment, email=cast.zoe.email, until_on=today)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        accept_invitation(by=cast.zoe, invitation=offer.invitation)
    assert not Seat.objects.exists()
    assert cast.acme.memberships.get(user=cast.zoe).role == "auditor"


@pytest.mark.parametrize("who", ["aud", "zoe"])
def test_form_that_is_sent_twice_gives_one_seat(cast, assessment, sign_in, who):
    otto, email = sign_in(cast.otto), getattr(cast, who).email
    today = timezone.localdate()
    form = {"email": email, "name": "Zoe", "purpose": "Audit", "from_on": today}
    form |= {"until_on": today, "sending": "17-1", "password": PASSWORD}
    where = f"/o/acme/assessments/{assessment.pk}/auditors/"
    for _ in range(2):
        assert otto.post(where, form).status_code == 302
    assert Seat.objects.count() + SeatOffer.objects.count() == 1
    assert queued().count() == 1
    assert otto.post(where, form | {"sending": "17-2"}).status_code == 422


def test_offered_seat_that_is_over_makes_room_for_another(cast, assessment):
    """Nobody has a seat then, so there is none to end first."""
    today = timezone.localdate()
    give(cast, assessment, email=cast.zoe.email, until_on=today)
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        first = timezone.localdate()
        days = {"from_on": first, "until_on": first + timedelta(days=9)}
        offer = give(cast, assessment, email=cast.zoe.email, **days)
        assert list(SeatOffer.objects.all()) == [offer]
        accept_invitation(by=cast.zoe, invitation=offer.invitation)
    assert Seat.objects.get().until_on == days["until_on"]
    _, before, _ = event_of("seat.offer_ended")
    assert before["until_on"] == today.isoformat()
    assert list(tables.faults(cast.acme.pk)) == []


def test_offered_seat_is_taken_back(cast, assessment, sign_in):
    offer = give(cast, assessment, email=cast.zoe.email)
    url = f"/o/acme/auditors/offers/{offer.pk}/end/"
    assert sign_in(cast.zoe).post(url.replace("acme", "other")).status_code == 404
    assert sign_in(cast.otto).post(url).status_code == 302
    accept_invitation(by=cast.zoe, invitation=offer.invitation)
    assert not Seat.objects.exists()
    assert event_of("seat.offer_ended")[1]["person"] == cast.zoe.email
    again = sign_in(cast.otto).post(url, follow=True)
    assert f"The seat for {cast.zoe.email} is taken back." in again.text
    assert sign_in(cast.ada).post(url).status_code == 404


def test_address_invited_with_another_role_gets_no_seat(cast, assessment):
    invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@audit.example",
        name="Nia",
        role="officer",
    )
    with pytest.raises(ValidationError, match="invited already, as officer"):
        give(cast, assessment, email="new@audit.example")


def test_auditor_who_left_and_came_back_gets_a_new_seat(cast, assessment):
    give(cast, assessment)
    leave(by=cast.aud, membership=cast.acme.memberships.get(user=cast.aud))
    offer = give(cast, assessment, email=cast.aud.email)
    accept_invitation(by=cast.aud, invitation=offer.invitation)
    today = timezone.localdate()
    assert Seat.objects.open_for(cast.aud, today).count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "con@example.org"}, "already, as contributor"),
        ({"from_on": 5, "until_on": 4}, "before the first"),
        ({"from_on": -9, "until_on": -1}, "in the future"),
        ({"from_on": 0, "until_on": 91}, "90 days at most"),
        ({"purpose": "a\nb"}, "one line"),
    ],
)
def test_refused_seat_leaves_nothing(cast, assessment, fields, words):
    today = timezone.localdate()
    days = {n: today + timedelta(days=d) for n, d in fields.items() if n[-3:] == "_on"}
    with pytest.raises(ValidationError, match=words):
        give(cast, assessment, **(fields | days))
    assert (Seat.objects.count(), Event.objects.count()) == (0, 0)


def test_second_seat_in_the_same_assessment_waits_for_the_end_of_the_first(cast, assessment, seat):
    with pytest.raises(ValidationError, match="seat here already"):
        give(cast, assessment)
    actions.end_seat(by=cast.ada, seat=seat)
    assert give(cast, assessment).pk != seat.pk
    actions.end_seat(by=cast.ada, seat=seat)  # the press is sent twice
    assert Event.objects.filter(action="seat.ended").count() == 1
    with pytest.raises(ValidationError, match="ended already"):
        actions.end_seat(by=cast.otto, seat=seat)


def test_known_auditor_gets_a_seat_without_a_name_and_a_new_one_not(cast, assessment):
    assert give(cast, assessment, name="").user == cast.aud
    with pytest.raises(ValidationError, match="name of the auditor"):
        give(cast, assessment, email="new@audit.example", name=" ")


def test_page_gives_a_seat_after_a_fresh_password(cast, assessment, sign_in):
    client, path = sign_in(cast.otto), f"/o/acme/assessments/{assessment.pk}/auditors/"
    today = timezone.localdate()
    form = {
        "email": "nia@audit.example",
        "name": "Nia",
        "from_on": today,
        "until_on": today + timedelta(days=5),
        "password": "wrong",
    }
    page = client.post(path, form)
    assert (page.status_code, Seat.objects.count()) == (422, 0)
    assert "This is not your password." in page.text
    assert client.post(path, form | {"password": PASSWORD}).status_code == 302
    assert "nia@audit.example" in client.get(path).text


@pytest.mark.parametrize("person", ["con", "rev", "rob", "aud"])
def test_only_owner_and_officer_look_after_seats(cast, assessment, seat, sign_in, person):
    client = sign_in(getattr(cast, person))
    asked = ask(cast.aud, seat)
    paths = [
        f"/o/acme/assessments/{assessment.pk}/auditors/",
        f"/o/acme/auditors/{seat.pk}/end/",
        f"/o/acme/auditors/{seat.pk}/looked/",
        "/o/acme/requests/",
        f"/o/acme/requests/{asked.pk}/",
        f"/o/acme/requests/{asked.pk}/close/",
    ]
    codes = {m(path).status_code for path in paths for m in (client.get, client.post)}
    assert codes <= {403, 405}


# Pages looked at


def test_each_page_is_logged_once_in_an_hour_and_each_download(cast, assessment, seat, sign_in):
    answer = assessment.answers.first()
    proof = make_proof(cast.acme, cast.ada)
    factories.attach(answer, proof)
    client, home = sign_in(cast.aud), f"/o/acme/audit/{seat.pk}/"
    for _ in range(3):
        client.get(home)
        client.get(f"{home}questions/{answer.pk}/")
        client.get(f"{home}evidence/{proof.pk}/file/").getvalue()
    client.head(f"{home}sample/")
    client.head(f"{home}evidence/{proof.pk}/file/").getvalue()
    said = [
        (event.action, trail.changes(event)[1]["about"])
        for event in Event.objects.filter(action__startswith="seat.").order_by("seq")
        if event.action != "seat.given"
    ]
    key = answer.question.key
    assert said == [
        ("seat.viewed", "Overview"),
        ("seat.viewed", key),
        ("seat.viewed", "Preview of Policy"),
        *[("seat.downloaded", "Policy")] * 3,
    ]
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        sign_in(cast.aud).get(home)
    assert Event.objects.filter(action="seat.viewed").count() == 4
    page = sign_in(cast.ada).get(f"/o/acme/auditors/{seat.pk}/looked/").text
    assert page.count("Took") == 3
    assert key in page


def test_what_auditors_do_is_no_part_of_what_reports_and_bundles_carry(cast, assessment, seat, sign_in):
    answer = assessment.answers.first()
    sign_in(cast.aud).get(f"/o/acme/audit/{seat.pk}/questions/{answer.pk}/")
    actions.mark(by=cast.aud, seat=seat, answer_id=answer.pk, result="accepted")
    ask(cast.aud, seat)
    actions.share(by=cast.otto, assessment=assessment, label="Bank", days=7)
    assert Event.objects.count() == 5
    assert not Event.objects.filter(scope_id=assessment.pk)
    assert not Event.objects.filter(subject_label="answer")


# Samples


def lots():
    return [
        Lot(1, "Q1", 3, "met", False, True),
        Lot(2, "Q2", 5, "met", False, True),
        Lot(3, "Q3", 3, "met", False, False),
        Lot(4, "Q4", 3, "na", True, False),
        Lot(5, "Q5", 2, "not_met", False, False),
        Lot(6, "Q6", 4, "not_met", False, False),
    ]


def test_risk_has_an_order():
    order = [lot.key for lot in by_risk(lots(), 6)]
    assert order == ["Q6", "Q5", "Q4", "Q3", "Q2", "Q1"]
    assert [lot.key for lot in by_risk(lots(), 2)] == ["Q6", "Q5"]


def test_same_seed_draws_the_same_and_another_seed_another():
    drawn = [lot.key for lot in at_random(lots(), 3, "2026")]
    assert drawn == [lot.key for lot in at_random(lots()[::-1], 3, "2026")]
    orders = {tuple(lot.key for lot in at_random(lots(), 6, str(n))) for n in range(9)}
    assert len(orders) > 5


def test_draw_joins_the_sample_once_and_says_its_seed(cast, assessment, seat):
    actions.draw(by=cast.aud, seat=seat, how="random", count=2)
    first = list(seat.items.all())
    assert len({item.seed for item in first}) == 1
    assert len(first[0].seed) == 16
    actions.draw(by=cast.aud, seat=seat, how="risk", count=9)
    assert seat.items.count() == 3
    with pytest.raises(ValidationError, match="in the sample already"):
        actions.draw(by=cast.aud, seat=seat, how="risk", count=1)
    event = Event.objects.filter(action="sample.drawn").order_by("seq").first()
    assert trail.changes(event)[1]["seed"] == first[0].seed


def test_picked_twice_is_picked_once(cast, assessment, seat):
    answer = assessment.answers.first()
    for _ in range(2):
        actions.draw(by=cast.aud, seat=seat, how="hand", answer_id=answer.pk)
    assert SampleItem.objects.get().how == "hand"
    assert Event.objects.filter(action="sample.drawn").count() == 1


def test_accept_and_flag_are_on_the_trail_and_change_no_answer(cast, assessment, seat):
    answer = assessment.answers.first()
    before = Answer.objects.filter(pk=answer.pk).values().get()
    mark = {"by": cast.aud, "seat": seat, "answer_id": answer.pk}
    actions.mark(**mark, result="accepted")
    actions.mark(**mark, result="accepted")
    with pytest.raises(ValidationError, match="Say what is wrong"):
        actions.mark(**mark, result="flagged", note="  ")
    actions.mark(**mark, result="flagged", note="No list.")
    assert event_of("sample.accepted")[2]["about"] == answer.question.key
    assert event_of("sample.flagged")[1:] == (
        {"result": "accepted", "text": ""},
        {"subject": str(assessment), "about": answer.question.key, "text": "No list."},
    )
    assert Answer.objects.filter(pk=answer.pk).values().get() == before


def test_accept_in_the_list_keeps_the_note_and_leads_back_to_it(cast, assessment, seat, sign_in):
    answer = assessment.answers.order_by("question__position").first()
    mark = {"by": cast.aud, "seat": seat, "answer_id": answer.pk}
    actions.mark(**mark, result="flagged", note="No list.")
    path = f"/o/acme/audit/{seat.pk}/questions/{answer.pk}/mark/"
    reply = sign_in(cast.aud).post(path, {"result": "accepted", "page": 1})
    section = f"/o/acme/audit/{seat.pk}/sections/{answer.question.section_id}/"
    assert reply.url == f"{section}?page=1#answer-{answer.pk}"
    item = SampleItem.objects.get()
    assert (item.result, item.note) == ("accepted", "No list.")


def test_sampled_question_that_is_no_longer_asked_stays_in_the_list(cast, assessment, seat, sign_in):
    answer = assessment.answers.first()
    mark = {"by": cast.aud, "seat": seat, "answer_id": answer.pk}
    actions.mark(**mark, result="flagged", note="No list.")
    Answer.objects.filter(pk=answer.pk).update(archived_at=timezone.now())
    client, home = sign_in(cast.aud), f"/o/acme/audit/{seat.pk}/"
    page = client.get(f"{home}sample/").text
    assert "No longer asked" in page
    assert f"questions/{answer.pk}/" not in page
    assert client.get(f"{home}questions/{answer.pk}/").status_code == 404


def test_who_left_and_came_back_gets_a_new_seat(cast, seat, sign_in):
    Membership.objects.filter(user=cast.aud).delete()
    keeping = f"/o/acme/assessments/{seat.assessment_id}/auditors/"
    assert "No longer a member" in flat(sign_in(cast.ada).get(keeping).text)
    path = f"/o/acme/audit/{seat.pk}/"
    assert sign_in(cast.aud).get(path).status_code == 404
    Membership.objects.create(organisation=cast.acme, user=cast.aud, role="auditor")
    assert sign_in(cast.aud).get(path).status_code == 404


def test_answer_of_another_assessment_is_not_sampled(cast, seat):
    other = factories.make_assessment(cast.acme, cast.ada).answers.first()
    with pytest.raises(Answer.DoesNotExist):
        actions.mark(by=cast.aud, seat=seat, answer_id=other.pk, result="accepted")
    with pytest.raises(Answer.DoesNotExist):
        actions.draw(by=cast.aud, seat=seat, how="hand", answer_id=other.pk)


def test_somebody_elses_seat_takes_nothing(cast, assessment, seat):
    other = factories.make_member(cast.acme, "auditor", "Bea", "bea@example.org")
    with pytest.raises(ValidationError, match="seat has ended"):
        actions.draw(by=other, seat=seat, how="risk", count=1)
    with pytest.raises(ValidationError, match="seat has ended"):
        ask(other, seat)


# Requests


def test_request_goes_there_and_back_with_a_file(cast, assessment, seat, sign_in):
    send_queued()
    asked = ask(cast.aud, seat, text="Of last year.")
    (mail,) = send_queued()
    assert (mail.to, mail.subject) == ([cast.otto.email], "R-1 The list")
    proof = make_proof(cast.acme, cast.ada)
    form = {"text": "Here it is.", "evidence": proof.pk}
    path = f"/o/acme/requests/{asked.pk}/"
    assert sign_in(cast.ada).post(path, form).status_code == 302
    (mail,) = send_queued()
    assert mail.to == [cast.aud.email]
    aud = sign_in(cast.aud)
    page = aud.get(f"/o/acme/audit/{seat.pk}/requests/{asked.pk}/")
    assert "Here it is." in page.text
    file = aud.get(f"/o/acme/audit/{seat.pk}/evidence/{proof.pk}/file/")
    assert file.getvalue() == b"proof"
    assert Request.objects.get().status == "answered"
    actions.say(by=cast.aud, seat=seat, request_id=asked.pk, text="And March?")
    assert Request.objects.get().status == "open"
    send_queued()
    actions.close(by=cast.otto, request=asked)
    actions.close(by=cast.otto, request=asked)
    (mail,) = send_queued()
    assert (mail.to, "Otto Weber closed request R-1" in mail.body) == (
        [cast.aud.email],
        True,
    )
    assert Event.objects.filter(action="request.closed").count() == 1
    with pytest.raises(ValidationError, match="closed"):
        actions.reply(by=cast.ada, request=asked, text="Late")


def test_mail_goes_to_the_owners_when_who_gave_the_seat_lost_the_right(cast, assessment, seat):
    cast.acme.memberships.filter(user=cast.otto).update(role="reader")
    send_queued()
    asked = ask(cast.aud, seat)
    assert [mail.to for mail in send_queued()] == [[cast.ada.email]]
    actions.close(by=cast.aud, request=asked)
    (mail,) = send_queued()
    assert (mail.to, "Aud Itor closed" in mail.body) == ([cast.ada.email], True)


@pytest.mark.parametrize("how", ["left", "ended", "over"])
def test_auditor_without_an_open_seat_gets_no_mail_and_the_page_says_so(how, cast, assessment, seat, sign_in):
    asked, days = ask(cast.aud, seat), timedelta()
    if how == "left":
        leave(by=cast.aud, membership=cast.acme.memberships.get(user=cast.aud))
    elif how == "ended":
        actions.end_seat(by=cast.otto, seat=seat)
    else:
        days = timedelta(days=30)
    send_queued()
    with time_machine.travel(timezone.now() + days):
        path, form = f"/o/acme/requests/{asked.pk}/", {"text": "It is on the share."}
        page = flat(sign_in(cast.ada).post(path, form, follow=True).text)
        actions.close(by=cast.otto, request=asked)
        assert send_queued() == []
    assert "The auditor has no open seat any more, so nobody gets a mail." in page
    assert "The auditor gets a mail." not in page


def test_numbers_follow_each_other_in_an_assessment(cast, assessment, seat):
    assert [ask(cast.aud, seat, title).number for title in "abc"] == [1, 2, 3]


def test_file_of_others_is_not_handed_over(cast, seat, sign_in):
    asked = ask(cast.aud, seat)
    theirs = make_proof(cast.other, cast.zoe)
    with pytest.raises(ValidationError, match="evidence from your own library"):
        actions.reply(by=cast.ada, request=asked, text="x", evidence=theirs)
    form = {"text": "x", "evidence": theirs.pk}
    page = sign_in(cast.ada).post(f"/o/acme/requests/{asked.pk}/", form)
    assert page.status_code == 422


@pytest.mark.parametrize("fields", [{"due_on": -1}, {"title": "a\nb"}, {"text": "\x00"}])
def test_refused_request_is_not_kept(cast, seat, fields):
    if "due_on" in fields:
        fields = {"due_on": timezone.localdate() - timedelta(days=1)}
    with pytest.raises(ValidationError):
        ask(cast.aud, seat, **fields)
    assert Request.objects.count() == 0


def test_list_is_filtered(cast, seat, sign_in):
    first, second = ask(cast.aud, seat, "Early"), ask(cast.aud, seat, "Late")
    Request.objects.filter(pk=first.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    actions.reply(by=cast.ada, request=second, text="Done.")
    titles = {}
    for show in ("open", "overdue", "mine", "answered", "closed", "all", "nonsense"):
        page = sign_in(cast.otto).get(f"/o/acme/requests/?show={show}")
        titles[show] = [one.title for one in page.context["page"]]
    assert titles == {
        "open": ["Early"],
        "overdue": ["Early"],
        "mine": ["Early", "Late"],
        "answered": ["Late"],
        "closed": [],
        "all": ["Early", "Late"],
        "nonsense": ["Early"],
    }


def test_one_auditor_sees_nothing_of_what_another_asks(cast, assessment, seat, sign_in):
    other = factories.make_member(cast.acme, "auditor", "Bea", "bea@example.org")
    hers = give(cast, assessment, email=other.email)
    asked = ask(cast.aud, seat, "Between us two")
    page = sign_in(other).get(f"/o/acme/audit/{hers.pk}/requests/")
    assert "Between us two" not in page.text
    path = f"/o/acme/audit/{hers.pk}/requests/{asked.pk}/"
    assert sign_in(other).get(path).status_code == 404


def test_request_and_messages_that_are_sent_twice_are_made_once(cast, seat):
    send_queued()
    words = {"text": "Of last year.", "sending": "1-1"}
    asked = [ask(cast.aud, seat, **words) for _ in range(2)]
    assert asked[0] == asked[1]
    given = {"by": cast.aud, "seat": seat, "request_id": asked[0].pk}
    said = [actions.say(**given, text="And March? ", sending="1-2") for _ in range(2)]
    assert said[0] == said[1]
    event_of = {"by": cast.ada, "request": asked[0], "text": "Here.", "sending": "1-3"}
    for _ in range(2):
        actions.reply(**event_of)
    texts = [one.text for one in asked[0].messages.all()]
    assert texts == ["And March?", "Here."]
    assert len(send_queued()) == 3


def test_other_sendings_of_the_same_words_are_meant(cast, seat):
    proof = make_proof(cast.acme, cast.ada)
    asked = [ask(cast.aud, seat, sending=f"2-{at}") for at in range(2)]
    assert [one.number for one in asked] == [1, 2]
    given = {"by": cast.aud, "seat": seat, "request_id": asked[0].pk, "text": "Why?"}
    event_of = {"by": cast.ada, "request": asked[0], "text": "Here."}
    for at in range(2):
        actions.say(**given, sending=f"3-{at}")
    for at in range(2):
        actions.reply(**event_of, evidence=proof, sending=f"4-{at}")
    actions.reply(**event_of, sending="4-1")  # its file was taken out since
    assert asked[0].messages.count() == 5
    assert ask(cast.aud, seat, "Another", sending="2-1").number == 3


def test_same_words_without_a_name_are_refused_as_sent_already(cast, seat, sign_in):
    asked = ask(cast.aud, seat, text="All.")
    aud, home = sign_in(cast.aud), f"/o/acme/audit/{seat.pk}/requests/"
    words = {"title": "The list", "text": "All.", "due_on": asked.due_on.isoformat()}
    replies = [aud.post(home, words)]
    replies += [aud.post(f"{home}{asked.pk}/", {"text": "Why?"}) for _ in range(2)][1:]
    ada, path = sign_in(cast.ada), f"/o/acme/requests/{asked.pk}/"
    replies += [ada.post(path, {"text": "Here."}) for _ in range(2)][1:]
    at = f"{timezone.localtime(asked.asked_at):%H:}"
    assert [one.status_code for one in replies] == [422, 422, 422]
    assert all(f"This was sent already at {at}" in one.text for one in replies)
    assert asked.messages.count() == 2
    assert aud.post(home, words | {"sending": "5-1"}).status_code == 302


def test_same_request_is_made_anew_once_it_was_answered(cast, seat):
    asked = ask(cast.aud, seat)
    actions.reply(by=cast.ada, request=asked, text="Here.")
    assert ask(cast.aud, seat).number == 2
