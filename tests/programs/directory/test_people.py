"""People whom a directory brings, deactivates and cannot touch."""

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from compliance.identity.organisations import actions as members
from compliance.identity.organisations.choices import Role
from compliance.identity.sign_on import actions as sign_on
from compliance.identity.tokens.actions import end_token, make_token
from compliance.identity.tokens.bearers import bearer_of
from compliance.models import (
    Answer,
    Directory,
    DirectoryGroupMember,
    DirectoryPerson,
    Event,
    Membership,
    Token,
    User,
)
from compliance.operations.erasure.actions import erase_person
from compliance.programs.directory import actions
from compliance.programs.directory.actions import people as directory_people
from compliance.programs.directory.actions import rules
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from tests.programs.directory.calling import GROUP, PATCH, USER, Calls, person, show, switch_on
from tests.support import factories, signing
from tests.support.mail_queue import send_queued

OFF = {"op": "Replace", "path": "active", "value": "False"}
ON = {"op": "Replace", "path": "active", "value": "True"}


def colleague(cast, role="contributor", email="con@acme.example"):
    """A member of Acme with an address of its domain."""
    return factories.make_member(cast.acme, role, "Cora Lleague", email)


def refused(reply, status, words):
    assert reply.status_code == status, reply.content
    assert reply.headers["Content-Type"] == "application/scim+json"
    assert reply.json()["status"] == str(status)
    assert words in reply.json()["detail"]
    return True


# Coming


def test_newcomer_is_a_member_without_a_password_and_gets_one_mail(scim, cast):
    mail.outbox.clear()
    send_queued()
    key = scim.make().json()["id"]
    user = User.objects.get(pk=key)
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    [welcome] = [one for one in send_queued() if one.to == ["new@acme.example"]]
    assert welcome.subject == "You are a member of Acme"


def test_address_of_another_domain_is_refused_in_words(scim):
    for email in ("x@other.example", "x@sub.acme.example", "acme.example", ""):
        reply = scim.make(email=email)
        assert reply.status_code == 400
    assert refused(scim.make(email="x@other.example"), 400, "in no domain that Acme")
    assert not User.objects.filter(name="Nadia New").exists()


@pytest.mark.parametrize("domain", ["\uff21cme.example", "acme.\uff45xample", "bu\u0308cher.example"])
def test_address_in_odd_letters_is_of_no_domain(domain, scim, cast):
    """DNS takes them for the domain; nobody would find such a member to remove them."""
    show(cast.ada, cast.acme, "bücher.example")
    email = f"ghost@{domain}"
    assert refused(scim.make(email=email), 400, "in no domain that Acme")
    assert not User.objects.filter(email__startswith="ghost").exists()
    provider = switch_on(cast.acme, "officer")
    with pytest.raises(ValidationError, match="has not verified the domain"):
        sign_on.enter(sign_on=provider, person=person(email))
    assert not User.objects.filter(email__startswith="ghost").exists()


@pytest.mark.parametrize(
    ("shown", "domain"),
    [
        ("bücher.example", "bücher.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("straße.example", "straße.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("ελλάς.example", "ελλάς.example"),
    ],
)
def test_address_of_a_domain_with_umlauts_is_found_in_both_forms(shown, domain, scim, cast):
    show(cast.ada, cast.acme, shown)
    provider = switch_on(cast.acme, "officer")
    sign_on.enter(sign_on=provider, person=person(f"other@{domain}"))
    key = scim.make(email=f"new@{domain}").json()["id"]
    assert scim("GET", f"/Users/{key}").json()["userName"] == f"new@{domain}"


def test_person_whom_the_reply_cannot_show_is_not_made(scim, monkeypatch):
    def gone(*_):
        raise Http404

    monkeypatch.setattr("compliance.programs.directory.resources.users._read", gone)
    assert scim.make().status_code == 404
    assert not User.objects.filter(email="new@acme.example").exists()


def test_domain_that_lapses_takes_its_people_out_of_reach(scim, cast):
    key = scim.make().json()["id"]
    cast.acme.domains.get().delete()
    assert scim("GET", f"/Users/{key}").status_code == 404
    assert scim.patch(f"/Users/{key}", OFF).status_code == 404
    assert Membership.objects.filter(user=key).exists()


def test_account_with_other_organisations_is_kept_and_joins(scim, cast):
    user = factories.make_member(cast.other, "officer", "Nadia", "new@acme.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True)
    assert scim.make().json()["id"] == str(user.pk)
    assert scim.patch(f"/Users/{user.pk}", OFF).status_code == 200
    [left] = Membership.objects.filter(user=user)
    assert (left.organisation, left.role) == (cast.other, "officer")
    user.refresh_from_db()
    assert user.is_active


def test_account_that_somebody_made_with_a_foreign_address_is_shut_out(scim, cast):
    """Else whoever signed up with a colleague's address would sit in the organisation."""
    user = factories.make_user("Mallory", "new@acme.example")
    client = Client()
    assert client.login(username=user.email, password=factories.PASSWORD)
    client.get("/")
    scim.make()
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert "_auth_user_id" not in client.session


def test_invitation_is_used_up_and_its_role_counts(scim, cast):
    members.invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@acme.example",
        name="N",
        role=Role.OFFICER,
    )
    key = scim.make().json()["id"]
    assert Membership.objects.get(user=key).role == "officer"
    assert not cast.acme.invitations.exists()
    event = Event.objects.get(action="invitation.accepted")
    assert (event.actor, trail.token_of(event)) == (None, scim.token.pk)


@pytest.mark.parametrize("role", ["owner", "auditor"])
def test_directory_makes_neither_owners_nor_auditors(role, scim, cast):
    members.invite(
        by=cast.ada,
        organisation=cast.acme,
        email="new@acme.example",
        name="N",
        role=role,
    )
    assert refused(scim.make(), 403, f"invited as {role}")
    assert not User.objects.filter(email="new@acme.example").exists()
    sent = scim.make(email="two@acme.example", roles=[{"value": "owner"}])
    assert Membership.objects.get(user=sent.json()["id"]).role == "reader"


def test_same_user_twice_is_a_conflict(scim, cast):
    scim.make()
    assert refused(scim.make(), 409, "exists already")
    colleague(cast)
    assert refused(scim.make(email="con@acme.example"), 409, "exists already")
    assert DirectoryPerson.objects.count() == 1


@pytest.mark.parametrize("name", ["Eve\u202egnp", "a\x00b", "x" * 500, "<b>Eve</b>"])
def test_hostile_name_is_cut_refused_or_shown_as_it_is(name, scim, cast, sign_in):
    reply = scim.make(name=name, emails=[])
    assert reply.status_code in {201, 400}
    if reply.status_code == 400:
        assert not User.objects.filter(email="new@acme.example").exists()
    else:
        assert len(reply.json()["displayName"]) <= 120
        page = sign_in(cast.ada).get("/o/acme/members/").content.decode()
        assert "<b>Eve" not in page


# Going


def test_deactivation_ends_sessions_and_tokens_at_once(scim, cast):
    user = colleague(cast)
    client = Client()
    assert client.login(username=user.email, password=factories.PASSWORD)
    assert client.get("/o/acme/").status_code == 200
    _, text = make_token(by=user, organisation=cast.acme, name="Export", scopes=["answer"], days=5)
    assert bearer_of(text)
    assert UserSession.objects.filter(user=user).exists()
    assert scim.patch(f"/Users/{user.pk}", OFF).json()["active"] is False
    assert bearer_of(text) is None
    assert not UserSession.objects.filter(user=user).exists()
    assert client.get("/o/acme/").status_code == 302


def test_open_questions_go_to_whom_the_owner_named_in_one_event(scim, cast):
    user = colleague(cast)
    here = factories.make_assessment(cast.acme, cast.ada)
    there = factories.make_assessment(cast.acme, cast.ada)
    for one in (here, there):
        factories.make_action(
            cast.acme,
            cast.ada,
            one.answers.first(),
            owner=user,
            number=one.answers.first().pk,
        )
        Answer.objects.filter(pk__in=[a.pk for a in one.answers.order_by("pk")[:2]]).update(owner=user)
    rules.set_rules(by=cast.ada, organisation=cast.acme, role="contributor", heir=cast.otto)
    send_queued()
    scim.patch(f"/Users/{user.pk}", OFF)
    assert not Answer.objects.filter(owner=user).exists()
    assert Answer.objects.filter(owner=cast.otto).count() == 4
    assert cast.acme.actions.filter(owner=cast.otto).count() == 2
    event = Event.objects.get(action="member.removed")
    assert trail.changes(event)[1] == {
        "questions_handed": 4,
        "actions_handed": 2,
        "given_to": cast.otto.email,
    }
    [mail] = send_queued()
    assert (mail.to, mail.subject) == (
        [cast.otto.email],
        "You now own 4 questions and 2 actions of Cora Lleague",
    )


def test_open_questions_are_nobodys_without_an_heir_or_with_one_who_left(scim, cast):
    for heir in (None, cast.con):
        user = colleague(cast, email=f"c{bool(heir)}@acme.example")
        here = factories.make_assessment(cast.acme, cast.ada)
        Answer.objects.filter(assessment=here).update(owner=user)
        rules.set_rules(by=cast.ada, organisation=cast.acme, role="reader", heir=heir)
        if heir:
            own = Membership.objects.get(user=heir, organisation=cast.acme)
            members.remove_member(by=cast.ada, membership=own)
        scim.patch(f"/Users/{user.pk}", OFF)
        assert not Answer.objects.filter(assessment=here).exclude(owner=None).exists()


def test_signed_assessment_keeps_its_owners(scim, cast):
    signed = signing.make_signed(cast)
    user = colleague(cast)
    before = list(signed.answers.values_list("owner", "version"))
    scim.patch(f"/Users/{user.pk}", OFF)
    assert list(signed.answers.values_list("owner", "version")) == before


def test_owner_is_not_deactivated(scim, cast):
    boss = colleague(cast, role="owner", email="boss@acme.example")
    for call in (
        lambda: scim.patch(f"/Users/{boss.pk}", OFF),
        lambda: scim("DELETE", f"/Users/{boss.pk}"),
        lambda: scim(
            "PUT",
            f"/Users/{boss.pk}",
            {"userName": boss.email, "displayName": "Other", "active": False},
        ),
    ):
        assert refused(call(), 403, "is an owner of Acme")
    assert Membership.objects.get(user=boss).role == "owner"
    boss.refresh_from_db()
    assert boss.name == "Cora Lleague"


def test_address_of_an_account_stays(scim, cast):
    """A token that changed addresses could take over accounts by their resets."""
    user = colleague(cast)
    change = {"op": "replace", "path": "userName", "value": "mallory@acme.example"}
    reply = scim.patch(f"/Users/{user.pk}", change)
    assert refused(reply, 400, "cannot change")
    assert reply.json()["scimType"] == "mutability"
    user.refresh_from_db()
    assert user.email == "con@acme.example"


def test_someone_whom_an_owner_removed_stays_out(scim, cast):
    key = scim.make().json()["id"]
    own = Membership.objects.get(user=key)
    members.remove_member(by=cast.ada, membership=own)
    assert scim("GET", f"/Users/{key}").status_code == 404
    assert scim.patch(f"/Users/{key}", ON).status_code == 404
    assert refused(scim.make(), 403, "An owner has to invite")
    assert not Membership.objects.filter(user=key).exists()


def test_owner_removes_someone_who_came_back_by_invitation_for_good(scim, cast):
    key = scim.make().json()["id"]
    user = User.objects.get(pk=key)
    scim.patch(f"/Users/{key}", OFF)
    with writing():
        members.join(cast.ada, cast.acme, user, "reader")
    members.remove_member(by=cast.ada, membership=Membership.objects.get(user=user))
    assert refused(scim.make(), 403, "An owner has to invite")


def test_directory_deletes_and_makes_anew_whom_it_ended(scim):
    key = scim.make().json()["id"]
    assert scim("DELETE", f"/Users/{key}").status_code == 204
    assert scim("GET", f"/Users/{key}").status_code == 404
    assert scim("DELETE", f"/Users/{key}").status_code == 404
    again = scim.make()
    assert (again.status_code, again.json()["id"]) == (201, key)
    assert Membership.objects.filter(user=key).count() == 1


def test_undo_of_an_earlier_removal_is_over_once_the_directory_ended_it(scim, cast):
    key = scim.make().json()["id"]
    own = Membership.objects.get(user=key)
    event = members.remove_member(by=cast.ada, membership=own)
    members.take_back(by=cast.ada, organisation=cast.acme, seq=event.seq)
    scim.patch(f"/Users/{key}", OFF)
    with pytest.raises(Event.DoesNotExist):
        members.take_back(by=cast.ada, organisation=cast.acme, seq=event.seq)


def test_departed_does_not_come_back_by_sign_on(scim, cast):
    key = scim.make().json()["id"]
    scim.patch(f"/Users/{key}", OFF)
    assert cast.acme.departures.filter(user=key).exists()


@pytest.mark.slow
def test_erased_person_leaves_nothing_in_the_directory(scim, cast):
    for number, call in enumerate((None, OFF)):
        email = f"p{number}@acme.example"
        key = scim.make(email=email).json()["id"]
        scim.group(f"G{number}", key)
        if call:
            scim.patch(f"/Users/{key}", call)
        erase_person(by=None, person=User.objects.get(pk=key))
        assert not DirectoryPerson.objects.filter(user=key).exists()
        assert not DirectoryGroupMember.objects.filter(user=key).exists()


# Groups and roles


def test_group_gives_the_role_that_the_table_has(scim, cast):
    sign_on.add_group(by=cast.ada, organisation=cast.acme, group="Lead", role="officer")
    key = scim.make().json()["id"]
    group = scim.group("Lead", key).json()
    assert Membership.objects.get(user=key).role == "officer"
    event = Event.objects.get(action="member.role_by_group")
    assert trail.token_of(event) == scim.token.pk
    scim("DELETE", f"/Groups/{group['id']}")
    assert Membership.objects.get(user=key).role == "officer"
    boss = colleague(cast, role="owner", email="boss@acme.example")
    scim.group("Lead", str(boss.pk))
    assert Membership.objects.get(user=boss).role == "owner"


def test_table_counts_by_the_id_of_a_group_and_at_once(scim, cast):
    key = scim.make().json()["id"]
    scim.group("Lead", key, externalId="8aa1")
    assert Membership.objects.get(user=key).role == "reader"
    sign_on.add_group(by=cast.ada, organisation=cast.acme, group="8aa1", role="contributor")
    assert Membership.objects.get(user=key).role == "contributor"


def test_group_holds_users_of_its_directory_alone(scim, cast):
    for stranger in (str(cast.zoe.pk), str(cast.con.pk), "g1", "x", "9" * 30, "\u0661"):
        assert refused(scim.group("G", stranger), 400, "user")
    assert not cast.acme.directory_groups.exists()


# Walls


def test_token_of_another_organisation_opens_nothing_here(scim, cast):
    key = scim.make().json()["id"]
    group = scim.group("Staff", key).json()["id"]
    show(cast.zoe, cast.other, "other.example")
    theirs = Calls(cast.zoe, cast.other)
    for path in (f"/Users/{key}", f"/Groups/{group}"):
        for method in ("GET", "DELETE"):
            assert theirs(method, path).status_code == 404
        assert theirs.patch(path, OFF).status_code == 404
    assert theirs("GET", "/Users").json()["totalResults"] == 0
    assert theirs("GET", "/Groups").json()["totalResults"] == 0
    assert refused(theirs.make(email="x@acme.example"), 400, "Other has verified")
    assert refused(theirs.group("G", key), 400, "no user")


def test_directory_sees_nobody_of_other_domains_and_no_auditor(scim, cast):
    auditor = colleague(cast, role="auditor", email="aud@acme.example")
    assert scim("GET", "/Users").json()["totalResults"] == 0
    for user in (cast.con, cast.ada, auditor):
        assert scim("GET", f"/Users/{user.pk}").status_code == 404
    assert refused(scim.make(email="aud@acme.example"), 409, "auditor")


def test_only_its_own_token_opens_it_and_nothing_else(scim, cast, client):
    _, other = make_token(by=cast.ada, organisation=cast.acme, name="E", scopes=["members"], days=5)
    old = scim.text
    api = client.get("/api/v1/organisation", headers={"Authorization": f"Bearer {old}"})
    assert api.status_code == 401
    for text in ("", "attest_x", other, "é" * 9, "x" * 5000):
        scim.text = text
        assert scim("GET", "/Users").status_code == 401
    token, scim.text = rules.renew_token(by=cast.ada, organisation=cast.acme)
    assert scim("GET", "/Users").status_code == 200
    assert Token.objects.standing(token.made_at).of_directory().count() == 1
    rules.end_token(by=cast.ada, organisation=cast.acme)
    assert scim("GET", "/Users").status_code == 401


@pytest.mark.usefixtures("still")
def test_too_many_calls_wait(scim, settings):
    settings.API_CALLS_PER_MINUTE = 2
    replies = [scim("GET", "/Users") for _ in range(3)]
    assert [one.status_code for one in replies] == [200, 200, 429]
    assert int(replies[2].headers["Retry-After"]) <= 60


@pytest.mark.parametrize("body", ["[]", "{", '"x"', "[" * 5000, "{}", '{"userName": 7}'])
def test_body_that_is_none_is_refused(body, scim):
    reply = scim.client.generic(
        "POST",
        "/scim/v2/Users",
        body,
        "application/scim+json",
        headers={"Authorization": f"Bearer {scim.text}"},
    )
    assert reply.status_code == 400
    assert b"urn:ietf:params:scim:api:messages:2.0:Error" in reply.content


# In the middle


def test_call_that_dies_in_the_middle_changes_nothing(scim, cast, monkeypatch):
    user = colleague(cast)
    here = factories.make_assessment(cast.acme, cast.ada)
    Answer.objects.filter(assessment=here).update(owner=user)

    def die(**_):
        raise SystemExit

    monkeypatch.setattr(directory_people, "end_membership", die)
    with pytest.raises(SystemExit):
        actions.deactivate(organisation=cast.acme, user=user)
    assert Membership.objects.filter(user=user).exists()
    assert not Answer.objects.filter(assessment=here).exclude(owner=user).exists()


# Owners


def test_token_needs_a_domain_and_all_owners_get_a_mail(cast):
    with pytest.raises(ValidationError, match="Verify a domain"):
        rules.renew_token(by=cast.ada, organisation=cast.acme)
    show(cast.ada, cast.acme)
    rules.renew_token(by=cast.ada, organisation=cast.acme)
    assert [one.to for one in send_queued()] == [[cast.ada.email]]
    rules.end_token(by=cast.ada, organisation=cast.acme)
    rules.end_token(by=cast.ada, organisation=cast.acme)
    assert len(send_queued()) == 1


def test_page_shows_the_token_once_and_keeps_the_rules(cast, sign_in_freshly):
    show(cast.ada, cast.acme)
    client = sign_in_freshly(cast.ada)
    made = client.post("/o/acme/directory/token/").content.decode()
    token = Token.objects.get()
    assert made.count("attest_") == 1
    again = client.get("/o/acme/directory/").content.decode()
    assert "attest_" not in again
    assert "Not used yet" in again
    page = client.post("/o/acme/directory/", {"role": "officer", "heir": cast.otto.pk})
    assert page.status_code == 302
    kept = Directory.objects.get()
    assert (kept.role, kept.heir, kept.set_by) == ("officer", cast.otto, cast.ada)
    for wrong in ({"role": "owner"}, {"role": "reader", "heir": cast.rob.pk}):
        assert client.post("/o/acme/directory/", wrong).status_code == 422
    assert client.post("/o/acme/directory/token/end/").status_code == 302
    token.refresh_from_db()
    assert token.ended_by == cast.ada


def test_token_can_be_ended_among_all_tokens(scim, cast):
    assert end_token(by=cast.ada, token=scim.token)
    assert scim("GET", "/Users").status_code == 401


# Calls that no directory sends


def nested(depth, name="a"):
    found = "x"
    for _ in range(depth):
        found = {name: found}
    return found


def test_hostile_query_is_refused_and_never_a_fault(scim):
    for query in (
        "startIndex=" + "9" * 40,
        "startIndex=x",
        "count=" + "9" * 40,
        'filter=userName eq "a%00b"',
        'filter=userName eq "a\\u0000b"',
        'filter=id eq "' + "9" * 300 + '"',
        "filter=" + "(" * 400,
        "filter=" + "not (" * 150 + 'userName eq "x"' + ")" * 150,
        'filter=userName eq "' + "%25" * 200 + '"',
        "filter=active eq 1",
        "attributes=" + "a." * 200,
        "attributes=userName&excludedAttributes=userName",
    ):
        for kind in ("Users", "Groups"):
            reply = scim("GET", f"/{kind}?{query}")
            assert reply.status_code in {200, 400}, (query, reply.content)


@pytest.mark.parametrize("email", ["\ud800@acme.example", "a@\ud800.example"])
def test_half_of_a_character_is_refused(email, scim):
    assert refused(scim.make(email=email), 400, "one JSON object")


@pytest.mark.parametrize(
    "query",
    [
        'filter=userName eq "\\ud800"',
        "startIndex=99999999999999999999",
        "startIndex=9223372036854775807",
    ],
)
def test_question_beyond_counting_finds_nobody(query, scim):
    reply = scim("GET", f"/Users?{query}")
    assert (reply.status_code, reply.json().get("Resources", [])) == (200, [])


@pytest.mark.parametrize("urn", [USER, GROUP])
def test_body_as_deep_as_the_stack_is_refused(urn, scim):
    key = scim.make().json()["id"]
    path = {USER: f"/Users/{key}", GROUP: f"/Groups/{scim.group('G').json()['id']}"}
    deep = {"op": "replace", "value": nested(900, urn)}
    assert refused(scim.patch(path[urn], deep), 400, "one JSON object")


@pytest.mark.slow
def test_hostile_body_is_refused_and_never_a_fault(scim):
    key = scim.make().json()["id"]
    group = scim.group("Staff", key).json()["id"]
    for value in ("a\x00b", "\ud800", nested(300), [], {}, 7, True, None, "x" * 5000):
        for name in ("displayName", "externalId", "userName", "active", "name", "x"):
            for path in (f"/Users/{key}", f"/Groups/{group}"):
                operation = {"op": "replace", "path": name, "value": value}
                replies = [
                    scim.patch(path, operation),
                    scim.patch(path, {"op": "add", "value": {name: value}}),
                    scim("PUT", path, {"userName": "new@acme.example", name: value}),
                ]
                for reply in replies:
                    assert reply.status_code in {200, 204, 400}, (name, reply.content)
    for email in (
        "a\x00b@acme.example",
        "a b@acme.example",
        "x" * 400 + "@acme.example",
    ):
        assert scim.make(email=email).status_code == 400
    assert scim.group("a\x00b").status_code == 400
    assert scim.group("\ud800").status_code == 400
    for path in (
        "/Users/%00",
        "/Groups/g%00",
        "/Users/" + "9" * 17,
        "/Groups/g" + "9" * 17,
    ):
        assert scim("GET", path).status_code == 404


def test_directory_reaches_nobody_of_a_domain_that_was_lost(scim, cast):
    user = colleague(cast)
    assert scim("GET", f"/Users/{user.pk}").status_code == 200
    sign_on.release_domain(name="acme.example")
    body = {"schemas": [PATCH], "Operations": [OFF]}
    assert scim("PATCH", f"/Users/{user.pk}", body).status_code == 404
    assert scim("GET", "/Users").json()["totalResults"] == 0
    assert Membership.objects.filter(user=user, organisation=cast.acme).exists()
