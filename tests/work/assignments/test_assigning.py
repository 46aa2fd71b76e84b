"""Asking somebody: one mail, owners left alone, one undo; giving a question back."""

from datetime import date
from importlib import import_module

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError

from compliance.identity.organisations import actions as people
from compliance.identity.organisations import rate_limits
from compliance.models import (
    Answer,
    Assessment,
    Event,
    Invitation,
    Membership,
    User,
)
from compliance.proof.audit import verification
from compliance.work.assessments import actions
from compliance.work.assessments.versions import Known
from compliance.work.assignments import actions as assignments
from compliance.work.bulk.actions import undo_many
from tests.support.factories import make_assessment, make_edition, make_user
from tests.support.mail_queue import queued, send_queued

DUE = date(2026, 12, 12)
WHO = {"email": "Bruno@Example.org", "name": "Bruno Maier"}


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada, make_edition(questions=6, sections=2))


def ids(assessment, count=6):
    return list(assessment.answers.order_by("pk").values_list("pk", flat=True)[:count])


def assign(cast, assessment, to, by=None, count=6, **wishes):
    return assignments.assign(
        by=by or cast.ada,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_ids=ids(assessment, count),
        to=to,
        **wishes,
    )


def own(user):
    return Answer.objects.filter(owner=user)


def test_person_becomes_owner_and_gets_one_mail(cast, assessment):
    message = "Write <b>what</b> you see."
    done = assign(cast, assessment, cast.con, due_on=DUE, message=message)
    assert (done.count, done.left, done.person) == (6, 0, cast.con)
    assert set(own(cast.con).values_list("due_on", flat=True)) == {DUE}
    (mail,) = send_queued()
    assert mail.to == ["con@example.org"]
    assert mail.subject == "Six questions of Privacy, Acme for you"
    assert mail.body == (
        "Ada Lindqvist asks for your help with six questions of Privacy, Acme."
        " Next due on 12 December 2026.\n\nWrite <b>what</b> you see.\n\n"
        "Your questions:\n"
        f"http://127.0.0.1:8000/o/acme/assessments/{assessment.pk}/mine/\n"
    )


def test_one_question_is_mailed_as_one(cast, assessment):
    assign(cast, assessment, cast.con, count=1)
    (mail,) = send_queued()
    assert mail.body.startswith("Ada Lindqvist asks for your help with one question of Privacy, Acme.\n")


def test_owners_keep_their_questions_unless_asked(cast, assessment):
    assign(cast, assessment, cast.otto, count=2)
    done = assign(cast, assessment, cast.con)
    assert (done.count, done.left) == (4, 2)
    assert own(cast.otto).count() == 2
    with pytest.raises(ValidationError, match="has an owner already"):
        assign(cast, assessment, cast.con, count=2)
    assign(cast, assessment, cast.con, count=2, take_over=True)
    assert own(cast.con).count() == 6


def test_one_undo_puts_everything_back(cast, assessment):
    assign(cast, assessment, cast.otto, count=1, due_on=DUE)
    done = assign(cast, assessment, cast.con, take_over=True, due_on=date(2027, 1, 1))
    undo_many(by=cast.ada, assessment=assessment, seq=done.seq)
    assert own(cast.con).count() == 0
    assert own(cast.otto).get().due_on == DUE
    assert verification.verify(cast.acme.pk) is None


def test_same_once_more_mails_and_changes_nothing(cast, assessment, sign_in):
    assign(cast, assessment, cast.con)
    wish = {"pinned": " ".join(map(str, ids(assessment))), "to": cast.con.pk}
    reply = sign_in(cast.ada).post(url(assessment), wish, follow=True)
    assert "Con Tributor has them already. No mail is sent." in reply.text
    assert queued().count() == 1


def test_no_mail_to_oneself(cast, assessment):
    assert assign(cast, assessment, cast.ada).person == cast.ada
    assert queued().count() == 0


def test_newcomer_is_invited_in_the_same_mail(cast, assessment):
    done = assign(cast, assessment, assignments.Newcomer(**WHO), due_on=DUE)
    made = Invitation.objects.get()
    assert (done.invitation, made.role, made.asked.count()) == (made, "contributor", 6)
    assert set(assessment.answers.values_list("owner", "due_on")) == {(None, DUE)}
    (mail,) = send_queued()
    assert "with six questions of Privacy, Acme" in mail.body
    assert "/invitation/" in mail.body
    assert made.path == f"/o/acme/assessments/{assessment.pk}/mine/"


def test_newcomer_of_a_form_that_is_sent_twice_keeps_the_first_link(cast, assessment, sign_in_freshly):
    otto, where = sign_in_freshly(cast.otto), url(assessment)
    form = WHO | {"pinned": " ".join(map(str, ids(assessment))), "sending": "17-1"}
    hashes = set()
    for _ in range(2):
        reply = otto.post(where, form, follow=True)
        assert "who has a link to join" in reply.text
        hashes.add(Invitation.objects.get().token_hash)
    assert (len(hashes), queued().count()) == (1, 1)
    otto.post(where, form | {"sending": "17-2", "message": "Please."})
    assert queued().count() == 2


def test_newcomer_owns_what_waits_once_they_join(cast, assessment, sign_in):
    assign(cast, assessment, assignments.Newcomer(**WHO), by=cast.otto)
    first, second = assessment.answers.order_by("pk")[:2]
    save = {"organisation": cast.acme, "assessment_id": assessment.pk}
    change = {"owner_id": cast.con.pk}
    actions.save_answer(by=cast.ada, answer_id=first.pk, changes=change, base=0, **save)
    Answer.objects.filter(pk=second.pk).update(applies=False)
    bruno = come("bruno@example.org")
    assert own(bruno).count() == 4
    assert own(cast.con).get() == first
    page = sign_in(bruno).get(f"/o/acme/assessments/{assessment.pk}/mine/")
    assert "Otto Weber" in page.text
    assert verification.verify(cast.acme.pk) is None
    assert hand_back(cast, own(bruno).first(), by=bruno).mailed == [cast.otto]


def test_nothing_of_a_closed_assessment_goes_to_who_joins(cast, assessment):
    assign(cast, assessment, assignments.Newcomer(**WHO))
    Assessment.objects.filter(pk=assessment.pk).update(status="review")
    bruno = come("bruno@example.org")
    assert own(bruno).count() == 0
    assert cast.acme.memberships.filter(user=bruno).exists()


def test_question_waits_for_the_last_who_was_asked(cast, assessment):
    assign(cast, assessment, assignments.Newcomer(**WHO))
    assign(cast, assessment, assignments.Newcomer("kim@example.org", "Kim"), count=2)
    assert own(come("bruno@example.org")).count() == 4
    assert own(come("kim@example.org")).count() == 2


def test_taking_over_for_a_newcomer_leaves_the_question_to_nobody(cast, assessment):
    assign(cast, assessment, cast.con, count=2)
    done = assign(cast, assessment, assignments.Newcomer(**WHO), count=3)
    assert (done.count, done.left, done.seq) == (1, 2, None)
    done = assign(cast, assessment, assignments.Newcomer(**WHO), count=3, take_over=True)
    assert (done.count, own(cast.con).count()) == (3, 0)
    assert own(come("bruno@example.org")).count() == 3


def test_row_shows_the_address_that_is_asked(cast, assessment, sign_in):
    make_user("Secret Name", "bruno@example.org")
    assign(cast, assessment, assignments.Newcomer(**WHO), count=1)
    page = sign_in(cast.con).get(f"/o/acme/assessments/{assessment.pk}/")
    assert page.text.count("bruno@example.org") == 1
    assert "Secret Name" not in page.text
    people.end_invitation(by=cast.ada, invitation=Invitation.objects.get())
    page = sign_in(cast.con).get(f"/o/acme/assessments/{assessment.pk}/")
    assert "bruno@example.org" not in page.text


def test_who_is_invited_and_may_not_answer_is_not_asked(cast, assessment):
    who = {"email": "bruno@example.org", "name": "Bruno", "role": "reader"}
    people.invite(by=cast.ada, organisation=cast.acme, **who)
    with pytest.raises(ValidationError, match="as reader, a role that may not answer"):
        assign(cast, assessment, assignments.Newcomer(**WHO))


def come(email):
    made = Invitation.objects.get(email=email)
    if user := User.objects.filter(email=email).first():
        return people.accept_invitation(by=user, invitation=made).user
    came = people.accept_as_new(invitation=made, name="New", password="x" * 12)
    return came.user


def test_newcomer_who_is_a_member_is_asked_as_one(cast, assessment):
    con = assignments.Newcomer("CON@example.org", "Somebody Else")
    assert assign(cast, assessment, con).person == cast.con
    assert Invitation.objects.count() == 0


def test_person_who_has_not_come_gets_a_new_link(cast, assessment):
    assign(cast, assessment, assignments.Newcomer(**WHO), count=3)
    assign(cast, assessment, assignments.Newcomer(**WHO), by=cast.otto)
    first, second = send_queued()
    assert "Otto Weber asks for your help with six questions" in second.body
    assert ("/invitation/" in first.body, "/invitation/" in second.body) == (True, True)
    assert Invitation.objects.get().asked.count() == 6


@pytest.mark.parametrize("person", ["rob", "rev", "aud", "zoe"])
def test_nobody_is_asked_who_may_not_answer(cast, assessment, person):
    with pytest.raises(ValidationError, match="who may answer"):
        assign(cast, assessment, getattr(cast, person))
    assert (Event.objects.count(), queued().count()) == (0, 0)


def test_closed_assessment_refuses(cast, assessment):
    assessment.status = "archived"
    assessment.save()
    with pytest.raises(ValidationError, match="closed"):
        assign(cast, assessment, assignments.Newcomer(**WHO))
    assert not User.objects.filter(email="bruno@example.org").exists()
    assert queued().count() == 0


def test_what_does_not_apply_is_left_out(cast, assessment):
    assessment.answers.filter(pk__in=ids(assessment, 5)).update(applies=False)
    assert assign(cast, assessment, cast.con).count == 1
    with pytest.raises(ValidationError, match="No question that applies"):
        assign(cast, assessment, cast.con, count=5)


def test_failed_assignment_leaves_nobody_behind(cast, assessment):
    make_user("Bruno Maier", "bruno@example.org")
    assign(cast, assessment, cast.con)
    with pytest.raises(ValidationError):
        assign(cast, assessment, assignments.Newcomer(**WHO))
    assert not Membership.objects.filter(user__email="bruno@example.org").exists()
    assert Invitation.objects.count() == 0


def test_owner_that_changes_meanwhile_stops_all_of_it(cast, assessment, monkeypatch):
    first = ids(assessment)[0]

    def colleague(*args, **kwargs):
        change = {"owner_id": cast.otto.pk}
        save = {"organisation": cast.acme, "assessment_id": assessment.pk}
        actions.save_answer(by=cast.otto, answer_id=first, changes=change, base=0, **save)
        return set_many(*args, **kwargs)

    room = import_module("compliance.work.assignments.actions")
    set_many = room.set_many
    monkeypatch.setattr(room, "set_many", colleague)
    with pytest.raises(ValidationError, match="just changed the owner of Q1"):
        assign(cast, assessment, cast.con)
    assert own(cast.con).count() == 0
    assert queued().count() == 0


def url(assessment):
    return f"/o/acme/assessments/{assessment.pk}/assign/"


def test_page_says_who_has_which_questions_before(cast, assessment, sign_in):
    assign(cast, assessment, cast.con, count=2)
    section = assessment.edition.sections.first()
    page = sign_in(cast.otto).get(f"{url(assessment)}?which=section:{section.pk}")
    assert "Assign 3 questions" in page.text
    assert "2 of 3 have an owner already" in " ".join(page.text.split())
    page = sign_in(cast.otto).get(f"{url(assessment)}?which=filter:mine")
    assert "Assign 0 questions" in page.text


def test_one_question_is_asked_for_from_its_row(cast, assessment, sign_in):
    answer = assessment.answers.first()
    link = f"{url(assessment)}?which=question:{answer.pk}"
    row = f"/o/acme/assessments/{assessment.pk}/answers/{answer.pk}/"
    assert link in sign_in(cast.otto).get(row).text
    assert "Ask someone" not in sign_in(cast.con).get(row).text
    page = sign_in(cast.otto).get(link)
    assert "Assign Q1" in page.text
    assert page.context["pinned"] == str(answer.pk)
    unknown = sign_in(cast.otto).get(f"{url(assessment)}?which=question:999999")
    assert "Assign 0 questions" in unknown.text


def test_too_many_mails_are_stopped_and_nothing_typed_is_lost(cast, assessment, sign_in, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "1/h/user"})
    cache.clear()
    otto = sign_in(cast.otto)
    typed = {"pinned": " ".join(map(str, ids(assessment))), "to": cast.con.pk}
    assert otto.post(url(assessment), typed).status_code == 302
    typed |= {"take_over": "on", "message": "Once more"}
    page = otto.post(url(assessment), typed)
    assert (page.status_code, "Once more</textarea>" in page.text) == (429, True)
    assert queued().count() == 1


def test_page_says_that_mails_are_printed(cast, assessment, sign_in, settings):
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    assert "tell the person yourself." in sign_in(cast.ada).get(url(assessment)).text


def test_page_assigns_what_it_showed(cast, assessment, sign_in):
    otto = sign_in(cast.otto)
    page = otto.get(f"{url(assessment)}?show=unanswered")
    pinned = page.context["pinned"]
    assessment.answers.filter(pk=ids(assessment)[0]).update(verdict="met")
    reply = otto.post(url(assessment), {"pinned": pinned, "to": cast.con.pk})
    assert reply.status_code == 302
    done = otto.get(reply.url)
    assert "6 questions are Con Tributor&#x27;s now. A mail was sent." in done.text
    assert "Undo all of it" in done.text
    assert own(cast.con).count() == 6


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose whom you ask"),
        ({"email": "b@example.org"}, "Write the name of the person"),
        (WHO, "Confirm that it is you"),
        (WHO | {"password": ""}, "Type your password."),
        (WHO | {"password": "wrong"}, "This is not your password."),
        ({"email": "nobody"}, "valid email"),
        ({"to": "999999"}, "Choose a member of this organisation who may answer."),
        ({"to": "con", **WHO}, "Either choose a person"),
        ({"to": "con", "due_on": "soon"}, "Write the date as"),
        ({"to": "con", "message": "a\x00b"}, "Null characters"),
        ({"to": "con", "message": "x" * 2001}, "at most 2000"),
    ],
)
def test_refused_page_keeps_everything(cast, assessment, sign_in, typed, said):
    if typed.get("to") == "con":
        typed = typed | {"to": cast.con.pk}
    pinned = " ".join(map(str, ids(assessment)))
    sent = typed | {"pinned": pinned}
    page = sign_in(cast.ada).post(url(assessment), sent)
    assert (page.status_code, said in page.text) == (422, True)
    kept = dict(page.context.get("kept", {})) or {"pinned": page.context["pinned"]}
    assert kept["pinned"] == pinned
    assert own(cast.con).count() == 0


def test_officer_invites_nobody_where_the_policy_leaves_it_to_owners(cast, assessment, sign_in_freshly):
    otto = sign_in_freshly(cast.otto)
    assert "Or invite someone new" in otto.get(url(assessment)).text
    people.set_policy(by=cast.ada, organisation=cast.acme, invites="owners")
    assert "Or invite someone new" not in otto.get(url(assessment)).text
    pinned = {"pinned": " ".join(map(str, ids(assessment)))}
    page = otto.post(url(assessment), pinned | WHO)
    assert page.status_code == 422
    assert "You may not invite people to Acme. Ask an owner." in page.text
    assert not Invitation.objects.exists()
    assert queued().count() == 0
    assert otto.post(url(assessment), pinned | {"to": cast.con.pk}).status_code == 302
    nobody = otto.post(url(assessment), pinned)
    assert "Choose whom you ask." in nobody.text
    assert Answer.objects.filter(owner=cast.con).count() == len(ids(assessment))


def test_ids_of_others_assign_nothing(cast, assessment, sign_in):
    theirs = make_assessment(cast.other, cast.zoe)
    pinned = " ".join(map(str, ids(theirs, 3)))
    page = sign_in(cast.ada).post(url(assessment), {"pinned": pinned, "to": cast.con.pk})
    assert (page.status_code, own(cast.con).count()) == (422, 0)


@pytest.mark.slow
def test_number_of_statements_does_not_grow(cast, sign_in, django_assert_max_num_queries):
    big = make_assessment(cast.acme, cast.ada, make_edition(questions=300, sections=5))
    ada = sign_in(cast.ada)
    with django_assert_max_num_queries(12):
        page = ada.get(url(big))
    with django_assert_max_num_queries(45):
        ada.post(url(big), {"pinned": page.context["pinned"], "to": cast.con.pk})
    assert own(cast.con).count() == 300


def hand_back(cast, answer, by=None, **fields):
    return assignments.hand_back(
        by=by or cast.con,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        **({"reason": "I left that team."} | fields),
    )


@pytest.fixture
def asked(cast, assessment):
    """An answer that Otto asked Con for; the mail is out."""
    assign(cast, assessment, cast.con, by=cast.otto)
    send_queued()
    return own(cast.con).order_by("pk").first()


def test_question_handed_back_is_nobodys_and_the_asker_gets_a_mail(cast, asked):
    done = hand_back(cast, asked)
    asked.refresh_from_db()
    assert (asked.owner, done.owner, done.mailed) == (None, None, [cast.otto])
    said = asked.comments.get()
    assert (said.author, said.text) == (
        cast.con,
        "Not the right person. I left that team.",
    )
    (mail,) = send_queued()
    assert mail.to == ["otto@example.org"]
    assert mail.subject == "Con Tributor is not the right person for Q1"
    assert "I left that team." in mail.body
    assert "Nobody owns the question now." in mail.body


def test_question_handed_on_mails_both(cast, asked):
    done = hand_back(cast, asked, to=cast.ada)
    asked.refresh_from_db()
    assert (asked.owner, done.mailed) == (cast.ada, [cast.ada, cast.otto])
    to = {mail.to[0]: mail for mail in send_queued()}
    assert set(to) == {"ada@example.org", "otto@example.org"}
    assert "with one question of" in to["ada@example.org"].body
    assert "Ada Lindqvist now owns the question" in to["otto@example.org"].body


def test_asker_who_gets_the_question_back_gets_one_mail(cast, asked):
    assert hand_back(cast, asked, to=cast.otto).mailed == [cast.otto]
    (mail,) = send_queued()
    assert mail.to == ["otto@example.org"]
    assert "asks for your help with one question of" in mail.body
    assert "I left that team." in mail.body


def test_newcomer_who_takes_a_question_asks_it_of_themselves(cast, assessment, sign_in):
    assign(cast, assessment, assignments.Newcomer(**WHO), by=cast.otto, count=3)
    bruno = come("bruno@example.org")
    taken = assessment.answers.order_by("pk").last()
    actions.save_answer(
        by=bruno,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_id=taken.pk,
        changes={"owner_id": bruno.pk},
        base=Known(taken.version),
    )
    given = own(bruno).exclude(pk=taken.pk).first()
    assert hand_back(cast, given, by=bruno).mailed == [cast.otto]
    assert hand_back(cast, taken, by=bruno).mailed == []


def test_question_of_a_newcomer_whom_a_program_lets_in_has_its_asker(cast, assessment):
    assign(cast, assessment, assignments.Newcomer(**WHO), by=cast.otto, count=2)
    bruno = make_user("Bruno Maier", "bruno@example.org")
    people.admit(by=None, person=bruno, invitation=Invitation.objects.get())
    assert hand_back(cast, own(bruno).first(), by=bruno).mailed == [cast.otto]


def test_past_the_limit_a_question_is_handed_on_and_no_mail_goes(cast, asked, monkeypatch, sign_in):
    """Else one person could take a question and hand it on, and mail others for ever."""
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "1/h/user"})
    cache.clear()
    page = f"/o/acme/assessments/{asked.assessment_id}/mine/{asked.pk}/hand-back/"
    typed = {"reason": "I left that team.", "to": cast.ada.pk}
    said = sign_in(cast.con).post(page, typed, follow=True).text
    assert "Q1 is Ada Lindqvist&#x27;s now. Mail sent to: Ada Lindqvist." in said
    asked.refresh_from_db()
    assert (asked.owner, queued().count()) == (cast.ada, 1)


def test_without_an_asker_the_starter_is_informed(cast, assessment):
    assessment.answers.update(owner=cast.con)
    assert hand_back(cast, assessment.answers.first()).mailed == [cast.ada]


def test_somebody_who_left_gets_no_mail(cast, asked):
    Membership.objects.filter(user=cast.otto).delete()
    assert hand_back(cast, asked).mailed == []
    assert queued().count() == 0


def test_asker_who_may_no_longer_look_gets_no_mail(cast, asked):
    Membership.objects.filter(user=cast.otto).update(role="auditor")
    assert hand_back(cast, asked).mailed == []
    assert queued().count() == 0


def test_only_the_owner_hands_back(cast, asked):
    for person in (cast.ada, cast.rob):
        with pytest.raises(ValidationError, match="no longer yours"):
            hand_back(cast, asked, by=person)
    hand_back(cast, asked)
    with pytest.raises(ValidationError, match="no longer yours"):
        hand_back(cast, asked)
    assert asked.comments.count() == 1


def test_handing_on_to_a_reader_changes_nothing(cast, asked):
    with pytest.raises(ValidationError, match="who may answer"):
        hand_back(cast, asked, to=cast.rob)
    asked.refresh_from_db()
    assert (asked.owner, asked.comments.count()) == (cast.con, 0)


def test_closed_assessment_hands_nothing_back(cast, asked):
    asked.assessment.status = "archived"
    asked.assessment.save()
    with pytest.raises(ValidationError, match="closed"):
        hand_back(cast, asked)
    assert (asked.comments.count(), queued().count()) == (0, 0)


def test_no_page_says_that_a_mail_went_where_there_is_no_mail_server(cast, assessment, sign_in, settings):
    console = "django.core.mail.backends.console.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": console}}
    otto, con = sign_in(cast.otto), sign_in(cast.con)
    pinned = " ".join(map(str, ids(assessment)[:1]))
    reply = otto.post(url(assessment), {"pinned": pinned, "to": cast.con.pk})
    back = f"{assessment.get_absolute_url()}mine/{ids(assessment)[0]}/hand-back/"
    pages = [
        otto.get(reply.url),
        con.post(back, {"reason": "Otto runs it.", "to": cast.otto.pk}, follow=True),
    ]
    for page in pages:
        assert "No mail server is set, so Attest mails nobody." in page.text
        assert "A mail was sent" not in page.text
        assert "Mail sent to" not in page.text
