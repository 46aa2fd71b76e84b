"""Invitations: one person, once, for a week; a dead link reveals nothing."""

import logging
import re
import secrets
import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from compliance.identity.organisations import actions, rate_limits
from compliance.models import Event, Invitation, Membership, User
from compliance.proof.audit import tables, trail
from tests.support.factories import PASSWORD, make_member, make_user
from tests.support.mail_queue import queued, refuse_with, send_queued

URL = "/o/acme/invitations/"
WHO = {"email": "Bruno@Example.org", "name": "Bruno Maier", "role": "contributor"}
TYPED = WHO | {"password": PASSWORD}
SURE = {"password": PASSWORD}
NEW = "seven wild geese 2026"
CHOSEN = {"name": "Bruno M. Maier", "password1": NEW, "password2": NEW}
CONSOLE = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def invite(cast, by=None, **fields):
    """An invitation and the path of its link, read from the mail."""
    by = by or cast.ada
    made = actions.invite(by=by, organisation=cast.acme, **(WHO | fields))
    return made, link_in(send_queued()[-1])


def link_in(mail):
    return re.search(r"http://127.0.0.1:8000(/invitation/\S+/)", mail.body)[1]


def events(organisation):
    rows = Event.objects.filter(organisation_id=organisation.pk).order_by("seq")
    return [(e.action, e.actor, *trail.changes(e)) for e in rows]


def opened(client, link):
    return client.get(link, follow=True)


def test_invited_person_joins_with_a_password_of_their_own(cast):
    _, link = invite(cast, path="/o/acme/assessments/")
    bruno = Client()
    page = opened(bruno, link)
    assert (page.status_code, page.redirect_chain) == (200, [("/invitation/", 302)])
    assert "Ada Lindqvist" in page.text
    reply = bruno.post("/invitation/", CHOSEN)
    assert (reply.status_code, reply.url) == (302, "/o/acme/assessments/")
    user = User.objects.get(email="bruno@example.org")
    assert (user.check_password(NEW), user.name) == (True, "Bruno M. Maier")
    assert user.emailaddress_set.get().verified
    assert bruno.get(reply.url).context["request"].user == user


def test_nobody_is_there_before_they_come(cast):
    made, _ = invite(cast)
    assert (made.email, made.name) == ("bruno@example.org", "Bruno Maier")
    assert not User.objects.filter(email="bruno@example.org").exists()


def test_only_the_hash_of_the_token_is_kept(cast):
    made, link = invite(cast)
    token = link.split("/")[-2]
    assert (len(token), made.token_hash) == (43, actions.hash_of(token))
    assert queued().count() == 0


def come(made):
    return actions.accept_as_new(invitation=made, name="Bruno Maier", password=NEW).user


def test_trail_has_who_invited_whom_and_who_came(cast):
    made, _ = invite(cast)
    user = come(made)
    what = {"person": "bruno@example.org", "role": "contributor"}
    assert events(cast.acme) == [
        ("member.invited", cast.ada, {}, what),
        ("invitation.accepted", user, {}, what | {"invited_by_id": cast.ada.pk}),
    ]
    assert list(tables.faults(cast.acme.pk)) == []


@pytest.mark.parametrize("change", [{"role": "owner"}, {"email": "evil@example.org"}], ids=str)
def test_invitation_that_is_changed_by_hand_is_found(cast, change):
    actions.invite(by=cast.ada, organisation=cast.acme, **WHO)
    assert list(tables.faults(cast.acme.pk)) == []
    Invitation.objects.update(**change)
    (fault,) = tables.faults(cast.acme.pk)
    assert "was changed after event" in fault.what


def test_looking_at_the_link_uses_nothing_up(cast):
    made, link = invite(cast)
    for _ in range(3):
        assert opened(Client(), link).status_code == 200
    assert Invitation.objects.get() == made


def use_up(cast, made):
    come(made)


def decline(cast, made):
    actions.decline_invitation(by=None, invitation=made)


def end(cast, made):
    actions.end_invitation(by=cast.ada, invitation=made)


def run_out(cast, made):
    Invitation.objects.update(expires_at=timezone.now())


def close(cast, made):
    make_user("Bruno", made.email)
    User.objects.filter(email=made.email).update(is_active=False)


def send_again(cast, made):
    actions.send_again(by=cast.ada, invitation=made)


@pytest.mark.parametrize("kill", [use_up, decline, end, run_out, close, send_again], ids=lambda f: f.__name__)
def test_dead_link_is_like_one_that_never_was(cast, kill):
    made, link = invite(cast)
    kill(cast, made)
    dead = opened(Client(), link)
    never = opened(Client(), f"/invitation/{secrets.token_urlsafe(32)}/")
    plain = [re.sub(r'value="\w{64}"', "", page.text) for page in (dead, never)]
    assert (dead.status_code, plain[0]) == (never.status_code, plain[1])
    assert (dead.status_code, "This link no longer works" in dead.text) == (404, True)
    assert "bruno@example.org" not in dead.text


def test_link_that_died_while_the_page_was_open_opens_nothing(cast):
    made, link = invite(cast)
    bruno = Client()
    opened(bruno, link)
    end(cast, made)
    assert bruno.post("/invitation/", CHOSEN).status_code == 404
    assert not User.objects.filter(email="bruno@example.org").exists()


def test_link_opens_for_a_week(cast):
    with time_machine.travel("2026-11-25T12:00Z", tick=False) as clock:
        _, link = invite(cast)
        clock.shift(timedelta(days=7, seconds=-1))
        assert opened(Client(), link).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert opened(Client(), link).status_code == 404


def test_second_person_cannot_use_a_used_link(cast):
    _, link = invite(cast)
    first, second = Client(), Client()
    opened(first, link)
    opened(second, link)
    assert first.post("/invitation/", CHOSEN).status_code == 302
    theirs = {"name": "X", "password1": "x" * 12, "password2": "x" * 12}
    assert second.post("/invitation/", theirs).status_code == 404
    assert User.objects.get(email="bruno@example.org").check_password(NEW)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password1": "short", "password2": "short"}, "at least 12 characters"),
        ({"password1": NEW, "password2": "other" * 4}, "The two passwords differ."),
        (CHOSEN | {"name": " "}, "Write your name."),
        (CHOSEN | {"name": "a\u202eb"}, "turns the writing direction"),
        (CHOSEN | {"name": "\u3164"}, "at least one visible character"),
        (CHOSEN | {"name": "\u2800\u115f"}, "at least one visible character"),
        ({"password1": "brunomaier2026", "password2": "x"}, "too similar"),
        ({}, "Choose a password."),
    ],
)
def test_bad_password_is_refused_and_changes_nothing(cast, typed, said):
    made, link = invite(cast)
    bruno = Client()
    opened(bruno, link)
    page = bruno.post("/invitation/", {"name": "Bruno Maier"} | typed)
    assert (page.status_code, said in page.text) == (422, True)
    assert Invitation.objects.get() == made


def test_session_is_a_new_one_after_joining(cast):
    _, link = invite(cast)
    bruno = Client()
    opened(bruno, link)
    before = bruno.session.session_key
    bruno.post("/invitation/", CHOSEN)
    assert bruno.session.session_key != before
    assert "invitation" not in bruno.session


def test_joining_ends_the_session_of_somebody_else(cast, sign_in):
    _, link = invite(cast)
    browser = sign_in(cast.rob)
    assert "rob@example.org" in opened(browser, link).text
    browser.post("/invitation/", CHOSEN)
    assert browser.get("/o/acme/").context["request"].user.email == "bruno@example.org"


def test_person_with_an_account_signs_in_and_then_joins(cast):
    _, link = invite(cast, email="zoe@example.org", path="/o/acme/evidence/")
    zoe = Client()
    page = opened(zoe, link)
    assert "/accounts/login/?next=/invitation/" in page.text
    assert zoe.post("/invitation/", CHOSEN).status_code == 422  # no way round it
    typed = {"login": "zoe@example.org", "password": PASSWORD}
    reply = zoe.post("/accounts/login/?next=/invitation/", typed)
    assert reply.url == "/invitation/"
    assert zoe.get("/o/acme/evidence/").status_code == 404
    assert zoe.post("/invitation/").url == "/o/acme/evidence/"
    assert zoe.get("/o/acme/evidence/").status_code == 200
    cast.zoe.refresh_from_db()
    assert (cast.zoe.name, cast.zoe.check_password(PASSWORD)) == ("Zoe Elsewhere", True)
    assert opened(Client(), link).status_code == 404


def test_signing_in_alone_accepts_nothing(cast):
    invite(cast, email="zoe@example.org")
    typed = {"login": "zoe@example.org", "password": PASSWORD}
    assert Client().post("/accounts/login/", typed).url == "/"
    assert not cast.acme.memberships.filter(user=cast.zoe).exists()


def test_password_that_somebody_else_chose_opens_nothing(cast):
    """An account that a stranger made with this address, before it was invited."""
    make_user("Bruno Maier", "bruno@example.org")
    _, link = invite(cast, role="officer")
    stranger = Client()
    stranger.post("/accounts/login/", {"login": WHO["email"], "password": PASSWORD})
    assert stranger.post("/invitation/").status_code == 404
    assert stranger.get("/o/acme/").status_code == 404
    assert opened(Client(), link).status_code == 200


def test_person_who_is_signed_in_joins_with_one_button(cast, sign_in):
    _, link = invite(cast, email="zoe@example.org")
    zoe, rob = sign_in(cast.zoe), sign_in(cast.rob)
    assert "Sign out" in opened(rob, link).text
    assert rob.post("/invitation/").status_code == 422
    assert opened(zoe, link).status_code == 200
    assert zoe.post("/invitation/").url == "/o/acme/"
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("person", [None, "zoe"])
def test_invitation_is_declined(cast, sign_in, person):
    _, link = invite(cast, email="zoe@example.org")
    zoe = sign_in(cast.zoe) if person else Client()
    assert "Decline" in opened(zoe, link).text
    page = zoe.post("/invitation/", {"decline": "yes"})
    assert (page.status_code, "You have declined" in page.text) == (200, True)
    assert opened(zoe, link).status_code == 404
    assert not Invitation.objects.exists()
    by = person and cast.zoe
    what = {"person": "zoe@example.org", "role": "contributor"}
    assert events(cast.acme)[-1] == ("invitation.declined", by, what, {})


def test_database_takes_one_invitation_for_an_address(cast):
    made, _ = invite(cast)
    made.pk, made.token_hash = None, "another"
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_link_is_shown_once_where_no_mail_server_is_set(cast, sign_in, settings):
    settings.MAILERS = CONSOLE
    ada = sign_in(cast.ada)
    page = ada.post(URL, TYPED)
    link = re.search(r"http://127.0.0.1:8000(/invitation/[\w-]{43}/)", page.text)[1]
    assert (page.status_code, queued().count()) == (200, 0)
    assert page["Cache-Control"] == "no-store"
    assert link.split("/")[2] not in ada.get(URL).text + str(dict(ada.session))
    bruno = Client()
    opened(bruno, link)
    bruno.post("/invitation/", CHOSEN)
    user = User.objects.get(email="bruno@example.org")
    assert not user.emailaddress_set.get().verified  # the mailbox is not proved
    assert user.memberships.get().organisation == cast.acme


def test_new_link_is_shown_once_too(cast, sign_in, settings):
    settings.MAILERS = CONSOLE
    made = actions.invite(by=cast.ada, organisation=cast.acme, **WHO)
    page = sign_in(cast.ada).post(f"{URL}{made.pk}/again/", SURE)
    new = re.search(r"http://127.0.0.1:8000(/invitation/[\w-]{43}/)", page.text)[1]
    old = made.link.removeprefix("http://127.0.0.1:8000")
    assert [opened(Client(), link).status_code for link in (old, new)] == [404, 200]


@pytest.mark.parametrize("typed", [{}, {"password": "wrong"}])
def test_session_alone_invites_nobody(cast, sign_in, typed):
    made, _ = invite(cast)
    ada, before = sign_in(cast.ada), made.token_hash
    page = ada.post(URL, TYPED | {"email": "evil@example.org", "password": ""} | typed)
    assert (page.status_code, "evil@example.org" in page.text) == (422, True)
    assert ada.post(f"{URL}{made.pk}/again/", typed).status_code == 422
    made = Invitation.objects.get()
    assert (made.email, made.token_hash) == ("bruno@example.org", before)


def test_page_of_the_link_sends_no_address_on(cast):
    _, link = invite(cast)
    reply = Client().get(link)
    assert (reply.status_code, reply["Referrer-Policy"]) == (302, "no-referrer")
    assert reply["Cache-Control"] == "no-store"


def test_link_stands_in_no_log(cast, caplog):
    caplog.set_level(logging.DEBUG, logger="django.request")
    made, link = invite(cast)
    bruno = Client()
    opened(bruno, link)
    bruno.post("/invitation/", {})
    end(cast, made)
    opened(bruno, link)
    assert link.split("/")[-2] not in caplog.text


def test_guessing_is_stopped(db):
    guesses = Client()
    replies = [guesses.get("/invitation/").status_code for _ in range(21)]
    assert replies == [404] * 20 + [429]


def test_valid_links_are_no_guesses(cast):
    """A whole team of one office opens its links in the same minute."""
    _, link = invite(cast)
    bruno = Client()
    bruno.get(link)
    assert {bruno.get("/invitation/").status_code for _ in range(25)} == {200}
    assert bruno.post("/invitation/", CHOSEN).status_code == 302


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"],
)
def test_invitation_leads_nowhere_else(cast, path):
    with pytest.raises(ValidationError, match="a page of this site"):
        actions.invite(by=cast.ada, organisation=cast.acme, path=path, **WHO)


@pytest.mark.parametrize(
    ("person", "role", "works"),
    [
        ("otto", "officer", True),
        ("otto", "owner", False),
        ("zoe", "reader", False),
    ],
)
def test_nobody_invites_above_their_own_role(cast, person, role, works):
    by = getattr(cast, person)
    fields = WHO | {"role": role}
    if works:
        actions.invite(by=by, organisation=cast.acme, **fields)
    else:
        with pytest.raises(ValidationError, match="above your own"):
            actions.invite(by=by, organisation=cast.acme, **fields)
    assert Invitation.objects.exists() == works
    assert queued().count() == works


def test_officer_touches_no_invitation_of_an_owner(cast):
    made, _ = invite(cast, role="owner")
    for action in (actions.end_invitation, actions.send_again):
        with pytest.raises(ValidationError, match="above your own"):
            action(by=cast.otto, invitation=made)


def test_owner_who_has_not_come_is_no_last_owner(cast):
    invite(cast, role="owner")
    ada = Membership.objects.get(user=cast.ada)
    with pytest.raises(ValidationError, match="last owner"):
        actions.remove_member(by=cast.ada, membership=ada)


def test_page_says_the_same_whether_there_is_an_account(cast, sign_in):
    ada = sign_in(cast.ada)
    texts = []
    for email in ("nobody@example.org", "zoe@example.org"):
        page = ada.post(URL, TYPED | {"email": email}, follow=True)
        assert page.status_code == 200
        Invitation.objects.all().delete()
        text = re.sub(r'value="\w{64}"|ons/\d+/|ion-\d+', "", page.text)
        texts.append(text.replace(email, "EMAIL"))
    assert texts[0] == texts[1]
    assert "The invitation to EMAIL is on its way." in texts[0]
    first, second = send_queued()
    plain = [re.sub(r"/invitation/\S+", "", mail.body) for mail in (first, second)]
    assert plain[0] == plain[1]


def test_sending_again_makes_a_new_link(cast, sign_in):
    made, old = invite(cast, path="/o/acme/evidence/")
    run_out(cast, made)
    ada = sign_in(cast.ada)
    assert "The link expired" in ada.get(URL).text
    assert "Make a new link" in ada.get(f"{URL}{made.pk}/again/").text
    assert ada.post(f"{URL}{made.pk}/again/", SURE).status_code == 302
    new = link_in(send_queued()[-1])
    assert [opened(Client(), link).status_code for link in (old, new)] == [404, 200]
    assert Invitation.objects.get().path == "/o/acme/evidence/"


@pytest.mark.parametrize("email", ["irena@sample.invalid", "erased-1@erased.INVALID", " a@b.invalid "])
def test_address_that_is_nobodys_is_not_invited(cast, email):
    with pytest.raises(ValidationError) as refused:
        actions.invite(by=cast.ada, organisation=cast.acme, **(WHO | {"email": email}))
    assert "no mail reaches" in refused.value.message_dict["email"][0]
    assert not Invitation.objects.exists()


def test_second_invitation_is_refused_with_what_to_do(cast, sign_in):
    ada = sign_in(cast.ada)
    ada.post(URL, TYPED)
    page = ada.post(URL, TYPED)
    assert (page.status_code, "You can send it again." in page.text) == (422, True)
    page = ada.post(URL, TYPED | {"email": "rob@example.org"})
    assert "This person is a member already." in page.text
    assert queued().count() == 1


def test_taking_back_leaves_nothing_but_the_trail(cast, sign_in):
    made, _ = invite(cast)
    assert sign_in(cast.ada).post(f"{URL}{made.pk}/end/").status_code == 302
    assert not Invitation.objects.exists()
    assert events(cast.acme)[-1][0] == "invitation.ended"


def test_form_that_is_sent_twice_invites_once(cast, sign_in):
    ada = sign_in(cast.ada)
    for _ in range(2):
        page = ada.post(URL, TYPED | {"sending": "17-1"}, follow=True)
        assert (page.status_code, "is on its way" in page.text) == (200, True)
    assert (Invitation.objects.count(), queued().count()) == (1, 1)
    other = ada.post(URL, TYPED | {"sending": "17-2"})
    assert "is invited already" in other.text


def test_link_that_was_shown_once_is_made_anew_elsewhere(cast, sign_in, settings):
    settings.MAILERS = CONSOLE
    ada = sign_in(cast.ada)
    first = ada.post(URL, TYPED | {"sending": "17-1"}).context["invitation"]
    again = ada.post(URL, TYPED | {"sending": "17-1"}, follow=True)
    assert "make a new one under Invitations" in again.text
    assert Invitation.objects.get().token_hash == first.token_hash


def test_taking_back_that_is_sent_twice_is_said_again(cast, sign_in):
    """To somebody else it is an invitation that never was."""
    made, _ = invite(cast)
    ada, where = sign_in(cast.ada), f"{URL}{made.pk}/end/"
    ada.post(where)
    again = ada.post(where, follow=True)
    said = "The invitation to bruno@example.org is taken back."
    assert (again.status_code, said in again.text) == (200, True)
    assert [name for name, *_ in events(cast.acme)].count("invitation.ended") == 1
    other = make_member(cast.acme, "owner", "Second Owner")
    assert sign_in(other).post(where).status_code == 404


def test_person_who_has_come_is_not_taken_back(cast, sign_in):
    made, _ = invite(cast)
    use_up(cast, made)
    assert sign_in(cast.ada).post(f"{URL}{made.pk}/end/").status_code == 404
    assert Membership.objects.filter(user__email="bruno@example.org").exists()


def test_stranger_cannot_touch_an_invitation(cast, sign_in):
    made, _ = invite(cast)
    zoe = sign_in(cast.zoe)
    for what in ("again", "end"):
        path = f"/o/other/invitations/{made.pk}/{what}/"
        assert zoe.post(path, SURE).status_code == 404
        assert zoe.post(f"{URL}{made.pk}/{what}/", SURE).status_code == 404


def test_members_page_shows_addresses_that_are_invited(cast, sign_in):
    invite(cast, name="<script>alert(1)</script>")
    text = sign_in(cast.ada).get("/o/acme/members/").text
    assert ("bruno@example.org" in text, "<script>alert(1)" in text) == (True, False)
    assert "Invite someone" in text


def words(page):
    return " ".join(page.text.split())


def test_days_are_a_setting(cast, sign_in, settings):
    settings.INVITATION_DAYS = 1
    made, link = invite(cast)
    assert made.expires_at - made.invited_at <= timedelta(days=1)
    assert "works once, for 1 day." in words(sign_in(cast.ada).get(URL))
    run_out(cast, made)
    assert "once and for 1 day;" in words(opened(Client(), link))


def test_invitation_outlives_a_mail_server_that_is_down(cast, sign_in, monkeypatch):
    with time_machine.travel("2026-11-25T12:00Z", tick=False) as clock:
        ada = sign_in(cast.ada)
        assert "The mail is waiting" in ada.post(URL, TYPED, follow=True).text
        refuse_with(monkeypatch, ConnectionRefusedError())
        assert send_queued() == []
        page = ada.get(URL)
        assert "The mail server did not accept the mail" in words(page)
        assert "Attest tries again at 12:01." in words(page)
        monkeypatch.undo()
        clock.shift(timedelta(minutes=2))
        (mail,) = send_queued()
        assert "The mail" not in words(ada.get(URL)).split("Invite someone")[0]
        assert opened(Client(), link_in(mail)).status_code == 200


def test_lost_mail_is_shown_and_sent_again(cast, sign_in, monkeypatch):
    ada = sign_in(cast.ada)
    ada.post(URL, TYPED)
    unknown = {"bruno@example.org": (550, b"unknown")}
    refuse_with(monkeypatch, smtplib.SMTPRecipientsRefused(unknown))
    send_queued()
    assert "The mail could not be sent." in ada.get("/o/acme/members/").text
    monkeypatch.undo()
    ada.post(f"{URL}{Invitation.objects.get().pk}/again/", SURE)
    assert "The mail is waiting" in ada.get(URL).text
    (mail,) = send_queued()
    assert opened(Client(), link_in(mail)).status_code == 200
    assert "The mail could not be sent." not in ada.get(URL).text


def test_page_says_that_mails_are_printed(cast, sign_in, settings):
    assert "No mail server is set" not in sign_in(cast.ada).get(URL).text
    settings.MAILERS = CONSOLE
    assert "No mail server is set" in sign_in(cast.ada).get(URL).text


def test_nobody_floods_mailboxes(cast, sign_in, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS", {"mails": "2/h/user"})
    ada, otto = sign_in(cast.ada), sign_in(cast.otto)
    assert ada.post(URL, TYPED).status_code == 302
    again = f"{URL}{Invitation.objects.get().pk}/again/"
    assert ada.post(again, SURE).status_code == 302
    page = ada.post(URL, TYPED | {"email": "third@example.org"})
    assert (page.status_code, "third@example.org" in page.text) == (429, True)
    assert ada.post(again, SURE).status_code == 429
    assert queued().count() == 2
    assert otto.post(URL, TYPED | {"email": "third@example.org"}).status_code == 302


def test_organisation_sends_no_more_than_its_share_whoever_asks(cast, sign_in, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAILS_OF_ALL", {"mails_of_all": "2/h/key"})
    for number, person in enumerate((cast.ada, cast.otto, cast.ada)):
        typed = TYPED | {"email": f"n{number}@example.org"}
        reply = sign_in(person).post(URL, typed)
        assert reply.status_code == (429 if number == 2 else 302)
    theirs = sign_in(cast.zoe).post(URL.replace("acme", "other"), TYPED)
    assert theirs.status_code == 302


def test_number_of_queries_does_not_grow(cast, sign_in, django_assert_num_queries):
    otto = sign_in(cast.otto)
    for count in (1, 4):
        for number in range(count):
            email = f"b{count}{number}@example.org"
            invite(cast, email=email)
        with django_assert_num_queries(4):
            otto.get(URL)


# Whoever invited may do so no more


def second_owner(cast):
    return make_member(cast.acme, "owner", "Mal Lory")


def role_of(cast, user):
    return Membership.objects.get(organisation=cast.acme, user=user)


@pytest.mark.parametrize("role", ["owner", "contributor", "auditor"])
def test_invitation_ends_when_its_sender_is_removed(cast, role):
    sender = second_owner(cast)
    _, link = invite(cast, by=sender, role=role)
    actions.remove_member(by=cast.ada, membership=role_of(cast, sender))
    assert opened(Client(), link).status_code == 404
    assert not Invitation.objects.exists()
    names = [name for name, *_ in events(cast.acme)]
    assert names[-2:] == ["invitation.ended", "member.removed"]
    assert list(tables.faults(cast.acme.pk)) == []


def test_invitation_of_an_owner_ends_when_its_sender_is_one_no_more(cast):
    sender = second_owner(cast)
    _, above = invite(cast, by=sender, role="owner")
    _, within = invite(cast, by=sender, email="carla@example.org")
    actions.change_role(by=cast.ada, membership=role_of(cast, sender), role="officer")
    assert opened(Client(), above).status_code == 404
    assert opened(Client(), within).status_code == 200


def test_invitation_that_another_sent_again_outlives_its_first_sender(cast):
    sender = second_owner(cast)
    made, _ = invite(cast, by=sender)
    actions.send_again(by=cast.ada, invitation=made)
    actions.leave(by=sender, membership=role_of(cast, sender))
    assert opened(Client(), link_in(send_queued()[-1])).status_code == 200
