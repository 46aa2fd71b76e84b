"""Tokens for programs: made after the password, shown once, ended."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.identity.organisations.access import ALLOWED, Permission
from compliance.identity.organisations.actions import change_role, hash_of, remove_member
from compliance.identity.tokens.actions import LONGEST, MOST, end_token, make_token
from compliance.identity.tokens.bearers import bearer_of
from compliance.identity.tokens.scopes import OF_ORGANISATION, SCOPES, offered, written
from compliance.models import Event, Membership, Token
from compliance.proof.audit import trail, verification
from compliance.proof.audit.bearing import bearing
from compliance.work.discussion.actions import comment
from tests.support import factories
from tests.support.factories import PASSWORD, make_assessment
from tests.support.mail_queue import send_queued

URL = "/o/acme/tokens/"


def make(by, organisation, scopes=("answer",), **more):
    words = {"name": "Export", "days": 30, **more}
    return make_token(by=by, organisation=organisation, scopes=scopes, **words)


def typed(**more):
    return {"name": "Export", "days": "30", "password": PASSWORD, **more}


def test_token_is_shown_once_and_only_its_hash_is_kept(cast, sign_in):
    client = sign_in(cast.con)
    page = client.post(f"{URL}new/", typed(scopes=["answer"])).content.decode()
    [text] = re.findall(r'value="(attest_[\w-]{43})"', page)
    token = Token.objects.get()
    assert token.token_hash == hash_of(text)
    assert (token.user, token.scopes) == (cast.con, "view answer")
    again = client.get(URL).content.decode()
    assert "Export" in again
    assert f"It may always {SCOPES[Permission.VIEW].lower()}." in again
    assert text not in again
    event = Event.objects.get(action="token.made")
    assert text not in event.payload
    assert trail.changes(event)[1]["title"] == "Export"


def test_press_that_is_sent_twice_makes_one_token(cast, sign_in):
    """Its reply was lost, and the page with the token never came."""
    client = sign_in(cast.con)
    form = typed(scopes=["answer", "comment"], sending="17-1")
    first = client.post(f"{URL}new/", form).context["text"]
    again = client.post(f"{URL}new/", form)
    assert "was made already" in again.text
    assert (again.status_code, again.cookies["kept"].value) == (200, "17-1")
    assert bearer_of(first)
    assert Token.objects.count() == len(send_queued()) == 1
    client.post(f"{URL}new/", form | {"sending": "17-2"})
    assert Token.objects.count() == 2


def test_new_token_in_the_place_of_one_that_nobody_saw(cast, sign_in):
    client = sign_in(cast.con)
    form = typed(scopes=["answer", "comment"], sending="17-1")
    first = client.post(f"{URL}new/", form).context["text"]
    again = client.post(f"{URL}new/", form).text
    part = again.partition('<h2 class="strong">')[2].partition("</form>")[0]
    fields = dict[str, list]()
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', part):
        fields.setdefault(name, []).append(value)
    made = client.post(f"{URL}new/", fields)
    assert (bearer_of(first), made.context["made"].scopes) == (
        None,
        "view answer comment",
    )
    assert bearer_of(made.context["text"])
    assert "was made already" in client.post(f"{URL}new/", fields).text
    assert Token.objects.count() == 2


def test_nobody_takes_back_the_token_of_another_by_a_new_one(cast, sign_in):
    theirs, text = make(cast.otto, cast.acme)
    sign_in(cast.con).post(f"{URL}new/", typed(instead=theirs.pk))
    assert bearer_of(text)


def test_token_needs_the_password(cast, sign_in):
    client = sign_in(cast.con)
    reply = client.post(f"{URL}new/", typed(password="wrong"))
    assert (reply.status_code, Token.objects.count()) == (422, 0)
    assert 'value="Export"' in reply.content.decode()


@pytest.mark.parametrize("role", [role for role in ALLOWED if role != "auditor"])
def test_nobody_gives_a_token_more_than_they_may(role, cast, sign_in):
    people = {"owner": "ada", "officer": "otto", "contributor": "con"}
    people |= {"reviewer": "rev", "reader": "rob"}
    person = getattr(cast, people[role])
    page = sign_in(person).get(URL).content.decode()
    for scope in set(SCOPES) - {Permission.VIEW}:
        assert (f'value="{scope}"' in page) == (scope in ALLOWED[role])
        if scope not in ALLOWED[role]:
            with pytest.raises(ValidationError, match=scope):
                make(person, cast.acme, [scope])


def test_scopes_sign_and_confirm_nothing():
    asked_anew = {
        Permission.SIGN,
        Permission.CONFIRM,
        Permission.REOPEN,
        Permission.INVITE,
        Permission.SEATS,
        Permission.EDIT,
    }
    assert asked_anew.isdisjoint(SCOPES)


def test_token_of_an_organisation_reads_and_outlives_its_maker(cast):
    token, text = make(cast.ada, cast.acme, ["trail"], is_of_organisation=True)
    with pytest.raises(ValidationError, match="answer"):
        make(cast.ada, cast.acme, ["answer"], is_of_organisation=True)
    with pytest.raises(ValidationError, match="Only owners"):
        make(cast.otto, cast.acme, [], is_of_organisation=True)
    otto = Membership.objects.get(user=cast.otto, organisation=cast.acme)
    change_role(by=cast.ada, membership=otto, role="owner")
    ada = Membership.objects.get(user=cast.ada, organisation=cast.acme)
    remove_member(by=cast.otto, membership=ada)
    bearer = bearer_of(text)
    assert (bearer.token, bearer.membership) == (token, None)
    assert bearer.may == {Permission.VIEW, Permission.TRAIL}
    assert bearer.may <= OF_ORGANISATION


def test_token_is_worth_what_its_person_may_today(cast):
    _, text = make(cast.con, cast.acme, ["answer", "report"])
    assert bearer_of(text).may == {"view", "answer", "report"}
    con = Membership.objects.get(user=cast.con, organisation=cast.acme)
    change_role(by=cast.ada, membership=con, role="reader")
    assert bearer_of(text).may == {"view", "report"}
    change_role(by=cast.ada, membership=con, role="auditor")
    assert bearer_of(text) is None


def test_token_of_a_removed_member_stops_at_once_and_stays_dead(cast):
    token, text = make(cast.con, cast.acme)
    con = Membership.objects.get(user=cast.con, organisation=cast.acme)
    remove_member(by=cast.ada, membership=con)
    assert bearer_of(text) is None
    token.refresh_from_db()
    assert token.ended_by == cast.ada
    assert Event.objects.filter(action="token.ended").count() == 1


def test_token_of_a_closed_account_opens_nothing(cast):
    _, text = make(cast.con, cast.acme)
    cast.con.is_active = False
    cast.con.save(update_fields=["is_active"])
    assert bearer_of(text) is None


def test_token_runs_out(cast, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    _, text = make(cast.con, cast.acme, days=1)
    time_machine.shift(timedelta(days=1, seconds=-1))
    assert bearer_of(text)
    time_machine.shift(timedelta(seconds=2))
    assert bearer_of(text) is None


@pytest.mark.parametrize("days", [0, LONGEST + 1])
def test_token_lasts_a_year_at_most(days, cast):
    with pytest.raises(ValidationError):
        make(cast.con, cast.acme, days=days)


def test_one_person_has_only_so_many(cast):
    for _ in range(MOST):
        make(cast.con, cast.acme)
    with pytest.raises(ValidationError, match="Take one back"):
        make(cast.con, cast.acme)
    make(cast.otto, cast.acme)


def test_taking_back_works_once_and_counts_at_once(cast, sign_in):
    token, text = make(cast.con, cast.acme)
    client = sign_in(cast.con)
    client.post(f"{URL}{token.pk}/end/")
    client.post(f"{URL}{token.pk}/end/")
    assert bearer_of(text) is None
    assert not end_token(by=cast.con, token=token)
    assert Event.objects.filter(action="token.ended").count() == 1
    assert "Taken back" in client.get(URL).content.decode()


def test_only_owners_see_and_end_tokens_of_others(cast, sign_in):
    token, text = make(cast.con, cast.acme, name="Of Con")
    otto, ada = sign_in(cast.otto), sign_in(cast.ada)
    assert "Of Con" not in otto.get(URL).content.decode()
    assert otto.post(f"{URL}{token.pk}/end/").status_code == 404
    assert bearer_of(text)
    assert "Of Con" in ada.get(URL).content.decode()
    ada.post(f"{URL}{token.pk}/end/")
    assert bearer_of(text) is None


def test_last_use_is_kept_to_the_minute(cast, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    token, text = make(cast.con, cast.acme)
    bearer_of(text)
    token.refresh_from_db()
    first = token.used_at
    assert first is not None
    time_machine.shift(timedelta(seconds=30))
    bearer_of(text)
    token.refresh_from_db()
    assert token.used_at == first
    time_machine.shift(timedelta(seconds=31))
    bearer_of(text)
    token.refresh_from_db()
    assert token.used_at > first


def test_token_out_of_a_backup_opens_nothing(cast):
    token, text = make(cast.con, cast.acme)
    Token.objects.filter(pk=token.pk).update(token_hash=f"over-{token.pk}")
    assert bearer_of(text) is None
    assert bearer_of(f"over-{token.pk}") is None
    token.refresh_from_db()
    assert token.state == "Ended: restored from a backup"


def test_scopes_are_written_in_the_order_of_the_table():
    assert written(["trail", "answer"]) == "view answer trail"
    assert offered("auditor") == []


def test_trail_names_the_token_of_each_event(cast, sign_in):
    token, _ = make(cast.con, cast.acme, name="Nightly")
    with bearing(token.pk):
        assessment = make_assessment(cast.acme, cast.ada)
        answer = assessment.answers.first()
        comment(by=cast.con, answer=answer, text="From a program.")
    comment(by=cast.con, answer=answer, text="From a person.")
    by_program, by_person = Event.objects.filter(action="comment.written")
    assert trail.token_of(by_program) == token.pk
    assert trail.token_of(by_person) is None
    assert verification.verify(cast.acme.pk) is None
    page = sign_in(cast.ada).get("/o/acme/trail/").content.decode()
    assert page.count("Con Tributor, by token “Nightly”") == 1


def test_own_tokens_of_all_organisations_are_on_the_security_page(cast, sign_in):
    factories.make_member(cast.other, "reader", email="two@example.org")
    person = Membership.objects.get(user__email="two@example.org").user
    Membership.objects.create(organisation=cast.acme, user=person, role="reader")
    for of, name in ((cast.acme, "Nightly <b>one</b>"), (cast.other, "Weekly")):
        make(person, of, scopes=(), name=name)
    foreign, _ = make(cast.con, cast.acme, name="Foreign")
    client = sign_in(person)
    page = client.get("/security/").content.decode()
    assert "Nightly &lt;b&gt;one" in page
    assert "Weekly" in page
    assert "Foreign" not in page
    assert client.post(f"/security/tokens/{foreign.pk}/end/").status_code == 404
    own = Token.objects.get(name="Weekly")
    assert client.post(f"/security/tokens/{own.pk}/end/").url == "/security/"
    own.refresh_from_db()
    assert own.ended_by == person
    page = client.get("/security/").content.decode()
    assert page.count("Revoke") == 1


def test_person_gets_a_mail_when_a_token_of_theirs_is_made_or_taken_back(cast):
    token, text = make(cast.con, cast.acme)
    [made] = send_queued()
    end_token(by=cast.ada, token=token)
    [ended] = send_queued()
    assert [made.to, ended.to] == [[cast.con.email]] * 2
    assert (made.subject, ended.subject) == (
        "A token for programs was made in your name",
        "A token for programs was taken back in your name",
    )
    assert text not in made.body
    make(cast.ada, cast.acme, scopes=(), is_of_organisation=True)
    assert send_queued() == []
