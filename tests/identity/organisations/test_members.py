"""The members page: owners change and remove, nobody else sees it; all may leave."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from compliance.identity.organisations.actions import accept_invitation, invite, leave
from compliance.models import Event, Membership, Organisation
from compliance.proof.audit import trail
from tests.support.factories import (
    PASSWORD,
    make_action,
    make_assessment,
    make_member,
    make_user,
)

URL = "/o/acme/members/"
SURE = {"password": PASSWORD}


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


def member_of(user, organisation):
    return Membership.objects.get(user=user, organisation=organisation)


def test_right_changes_on_the_next_request(cast, sign_in):
    con, ada = sign_in(cast.con), sign_in(cast.ada)
    row = member_of(cast.con, cast.acme)
    assert con.get(URL).status_code == 403
    ada.post(f"{URL}{row.pk}/role/", SURE | {"role": "owner"})
    assert con.get(URL).status_code == 200
    ada.post(f"{URL}{row.pk}/role/", SURE | {"role": "reader"})
    assert con.get(URL).status_code == 403
    ada.post(f"{URL}{row.pk}/remove/", SURE)
    assert con.get(URL).status_code == 404


def remove(client, row):
    """Remove a member; the address of the page that says so."""
    return client.post(f"{URL}{row.pk}/remove/", SURE).url


def undo(client, url, org="acme"):
    seq = url.partition("removed=")[2]
    return client.post(f"/o/{org}/members/back/", SURE | {"removed": seq}, follow=True)


def test_page_of_a_member_says_what_they_own(cast, sign_in):
    ada, row = sign_in(cast.ada), member_of(cast.con, cast.acme)
    assert "They own" not in ada.get(f"{URL}{row.pk}/").text
    for _ in range(2):
        assessment = make_assessment(cast.acme, cast.ada)
        assessment.answers.update(owner=cast.con)
    make_action(cast.acme, cast.ada, assessment.answers.first(), owner=cast.con)
    theirs = make_assessment(cast.other, cast.zoe)
    theirs.answers.update(owner=cast.con)
    page = ada.get(f"{URL}{row.pk}/").text
    many = assessment.answers.count() * 2
    assert f"<li>{many} questions in 2 running assessments</li>" in page
    assert "<li>1 open action</li>" in page


def test_removal_is_undone_with_what_was_owned(cast, sign_in):
    ada, row = sign_in(cast.ada), member_of(cast.con, cast.acme)
    answers = make_assessment(cast.acme, cast.ada).answers
    answers.update(owner=cast.con)
    address = remove(ada, row)
    assert "<bdi>Con Tributor</bdi> is no longer a member." in ada.get(address).text
    page = undo(ada, address)
    assert "Con Tributor is a member again, as contributor." in page.text
    assert member_of(cast.con, cast.acme).role == "contributor"
    assert set(answers.values_list("owner", flat=True)) == {cast.con.pk}
    events = Event.objects.order_by("-seq").values_list("action", flat=True)
    assert list(events[:2]) == ["member.added", "member.removed"]
    assert "no longer a member" not in ada.get(address).text
    assert "can no longer be undone" in undo(ada, address).text


def test_removal_is_undone_here_alone_and_not_for_ever(cast, sign_in):
    ada, row = sign_in(cast.ada), member_of(cast.con, cast.acme)
    address = remove(ada, row)
    zoe = sign_in(cast.zoe)
    assert zoe.post("/o/acme/members/back/", SURE | {"removed": 1}).status_code == 404
    assert "can no longer be undone" in undo(zoe, address, "other").text
    assert not Membership.objects.filter(user=cast.con).exists()
    for wrong in ("", "x", "-1", "999999", "9" * 30):
        assert "can no longer be undone" in undo(ada, f"?removed={wrong}").text
    late = timezone.now() + timedelta(days=1, minutes=1)
    with time_machine.travel(late, tick=False):
        ada = sign_in(cast.ada)
        assert "can no longer be undone" in undo(ada, address).text
    assert not Membership.objects.filter(user=cast.con).exists()


def test_newest_end_of_a_membership_alone_is_undone(cast, sign_in):
    ada = sign_in(cast.ada)
    row = member_of(cast.con, cast.acme)
    Membership.objects.filter(pk=row.pk).update(role="owner")
    first = remove(ada, row)
    again = Membership.objects.create(user=cast.con, organisation=cast.acme, role="reader")
    leave(by=cast.con, membership=again)
    assert "can no longer be undone" in undo(ada, first).text
    again.save(force_insert=True)
    second = remove(ada, again)
    assert "can no longer be undone" in undo(ada, first).text
    assert "is a member again, as reader" in undo(ada, second).text


def test_removal_is_not_undone_for_whom_is_invited_again(cast, sign_in):
    """Else the link that they have would be dead, and their place be taken twice."""
    ada = sign_in(cast.ada)
    address = remove(ada, member_of(cast.con, cast.acme))
    made = invite(
        by=cast.ada,
        organisation=cast.acme,
        email=cast.con.email,
        name="Con",
        role="reader",
    )
    assert "no longer a member" not in ada.get(address).text
    assert "can no longer be undone" in undo(ada, address).text
    accept_invitation(by=cast.con, invitation=made)
    assert member_of(cast.con, cast.acme).role == "reader"


def test_undo_goes_by_the_person_and_not_by_the_address(cast, sign_in):
    ada = sign_in(cast.ada)
    address = remove(ada, member_of(cast.con, cast.acme))
    was, cast.con.email = cast.con.email, "moved@example.org"
    cast.con.save()
    stranger = make_user(email=was)
    assert "is a member again" in undo(ada, address).text
    people = set(cast.acme.memberships.values_list("user", flat=True))
    assert cast.con.pk in people
    assert stranger.pk not in people


def test_closed_account_is_out_on_the_next_request(cast, sign_in):
    con = sign_in(cast.con)
    cast.con.is_active = False
    cast.con.save()
    assert con.get("/").status_code == 302
    assert con.get("/").url == "/accounts/login/?next=/"


def test_last_owner_stays_and_reads_why(cast, sign_in):
    ada = sign_in(cast.ada)
    row = member_of(cast.ada, cast.acme)
    for path, form in (("role", {"role": "reader"}), ("remove", {})):
        page = ada.post(f"{URL}{row.pk}/{path}/", SURE | form)
        assert page.status_code == 422
        assert "This is the last owner. Make someone else owner first." in page.text
    assert member_of(cast.ada, cast.acme).role == "owner"


def test_owner_who_leaves_goes_to_the_front_door(cast, sign_in):
    make_member(cast.acme, "owner", "Second Owner")
    row = member_of(cast.ada, cast.acme)
    response = sign_in(cast.ada).post(f"{URL}{row.pk}/remove/", SURE)
    assert response.url == "/"


def test_removal_that_is_sent_twice_leads_to_the_same_page(cast, sign_in):
    ada, row = sign_in(cast.ada), member_of(cast.con, cast.acme)
    first = remove(ada, row)
    assert remove(ada, row) == first
    undo(ada, first)
    assert remove(ada, member_of(cast.con, cast.acme)) != first
    assert Event.objects.filter(action="member.removed").count() == 2


def test_member_of_another_organisation_is_not_found(cast, sign_in):
    ada = sign_in(cast.ada)
    row = member_of(cast.zoe, cast.other)
    for pk in (row.pk, 999_999):
        assert ada.post(f"{URL}{pk}/remove/", SURE).status_code == 404
        assert ada.post(f"{URL}{pk}/role/", {"role": "reader"}).status_code == 404
    assert member_of(cast.zoe, cast.other).role == "owner"


def test_unknown_role_is_refused(cast, sign_in):
    row = member_of(cast.con, cast.acme)
    page = sign_in(cast.ada).post(f"{URL}{row.pk}/role/", SURE | {"role": "king"})
    assert page.status_code == 422
    assert member_of(cast.con, cast.acme).role == "contributor"


def test_names_are_shown_whole_and_escaped(cast, sign_in):
    make_member(cast.acme, "reader", "<b>Bob</b> & Söhne")
    page = sign_in(cast.ada).get(URL).text
    assert "<bdi>&lt;b&gt;Bob&lt;/b&gt; &amp; Söhne</bdi>" in page


def test_number_of_queries_does_not_grow(cast, sign_in, django_assert_num_queries):
    ada = sign_in(cast.ada)
    with django_assert_num_queries(5):
        ada.get(URL)
    for number in range(5):
        make_member(cast.acme, "reader", f"Reader {number}")
    with django_assert_num_queries(5):
        ada.get(URL)


@pytest.mark.parametrize("typed", [{}, {"password": "wrong"}])
@pytest.mark.parametrize("path", ["role", "remove"])
def test_session_alone_changes_no_member(cast, sign_in, path, typed):
    ada, row = sign_in(cast.ada), member_of(cast.con, cast.acme)
    assert ada.get(f"{URL}{row.pk}/").status_code == 200
    page = ada.post(f"{URL}{row.pk}/{path}/", {"role": "owner"} | typed)
    assert (page.status_code, "password" in page.text) == (422, True)
    assert member_of(cast.con, cast.acme).role == "contributor"


@pytest.mark.parametrize("person", ["otto", "con", "rev", "rob", "aud"])
def test_everybody_may_leave(cast, sign_in, person):
    user = getattr(cast, person)
    client = sign_in(user)
    url = "/o/acme/leave/"
    assert client.get(url).status_code == 200
    for typed in ({}, {"password": "wrong"}):
        assert client.post(url, typed).status_code == 422
    assert client.post(url, SURE).url == "/"
    assert client.get(url).status_code == 404
    event = Event.objects.get(action="member.left")
    assert (event.actor, trail.changes(event)[0]["person"]) == (user, user.email)
    assert "no organisation yet" in client.get("/").text


def test_last_owner_does_not_leave(cast, sign_in):
    page = sign_in(cast.ada).post("/o/acme/leave/", SURE)
    assert (page.status_code, "This is the last owner." in page.text) == (422, True)
    make_member(cast.acme, "owner", "Second Owner")
    assert sign_in(cast.ada).post("/o/acme/leave/", SURE).status_code == 302


def test_front_door_is_the_organisation_used_last(cast, sign_in):
    Membership.objects.create(organisation=cast.other, user=cast.ada, role="reader")
    Organisation.objects.filter(pk=cast.other.pk).update(name="AAA")
    ada = sign_in(cast.ada)
    assert ada.get("/").url == "/o/acme/"
    ada.get("/o/other/")
    assert ada.get("/").url == "/o/other/"
    assert sign_in(cast.ada).get("/").url == "/o/other/"
    Membership.objects.filter(organisation=cast.other, user=cast.ada).delete()
    assert ada.get("/").url == "/o/acme/"


def test_front_door_leads_home_or_says_what_to_do(cast, sign_in, settings):
    assert sign_in(cast.ada).get("/").url == "/o/acme/"
    lone = sign_in(make_user("Lone", "lone@example.org"))
    page = lone.get("/")
    assert "<bdi>lone@example.org</bdi>" in page.text
    assert "Create organisation" not in page.text
    assert lone.post("/organisations/new/", {"name": "Mine"}).status_code == 404
    settings.SIGN_UP = True
    assert "Create organisation" in lone.get("/").text


def test_organisation_is_created_where_sign_up_is_open(cast, sign_in, settings):
    settings.SIGN_UP = True
    user = make_user("Lone", "lone@example.org")
    lone = sign_in(user)
    assert lone.get("/organisations/new/").status_code == 200
    refused = lone.post("/organisations/new/", {"name": "two\nlines"})
    assert refused.status_code == 422
    created = lone.post("/organisations/new/", {"name": "Acme"})
    row = Membership.objects.get(user=user)
    assert (row.role, row.organisation.name) == ("owner", "Acme")
    assert re.fullmatch(r"/o/acme-[0-9a-f]{6}/", created.url)


def test_refused_form_in_place_keeps_the_address_of_its_page(cast, sign_in):
    ada, row = sign_in(cast.ada), member_of(cast.con, cast.acme)
    here, in_place = (
        f"{URL}{row.pk}/role/",
        {"HX-Request": "true", "HX-Boosted": "true"},
    )
    asked = ada.post(here, {"role": "owner"}, headers=in_place)
    assert (asked.status_code, asked["HX-Push-Url"]) == (422, "false")
    assert "Confirm that it is you" in asked.content.decode()
    done = ada.post(here, SURE | {"role": "owner"}, headers=in_place)
    assert done.status_code == 302
    assert "HX-Push-Url" not in done
    assert "HX-Push-Url" not in ada.post(here, {"role": ""})
