"""The members page: owners add, change and remove; nobody else sees it."""

import re

from django.core.cache import cache
from django.test import Client

from compliance.models import Membership, User
from tests.factories import PASSWORD, make_member, make_user

URL = "/o/acme/members/"
NEW = {"email": "New@Example.org", "name": "New Person", "role": "reader"}


def member_of(user, organisation):
    return Membership.objects.get(user=user, organisation=organisation)


def test_new_person_gets_a_password_that_is_shown_once(cast, sign_in):
    ada = sign_in(cast.ada)
    page = ada.post(URL, NEW)
    password = re.search(r'id="one-time-password">([^<]+)<', page.text)[1]
    user = User.objects.get(email="new@example.org")
    assert (page.status_code, user.name) == (200, "New Person")
    assert user.check_password(password)
    assert member_of(user, cast.acme).role == "reader"
    assert password not in ada.get(URL).text
    assert password not in str(dict(ada.session))


def test_person_with_an_account_keeps_name_and_password(cast, sign_in):
    response = sign_in(cast.ada).post(URL, NEW | {"email": "zoe@example.org"})
    assert (response.status_code, response.url) == (302, URL)
    cast.zoe.refresh_from_db()
    assert cast.zoe.name == "Zoe Elsewhere"
    assert cast.zoe.check_password(PASSWORD)
    assert member_of(cast.zoe, cast.acme).role == "reader"
    assert member_of(cast.zoe, cast.other).role == "owner"


def test_refused_form_keeps_what_was_typed(cast, sign_in):
    page = sign_in(cast.ada).post(URL, NEW | {"email": "con@example.org"})
    assert page.status_code == 422
    assert "This person is a member already." in page.text
    assert 'value="New Person"' in page.text
    page = sign_in(cast.ada).post(URL, NEW | {"name": "a\u202eb", "role": "king"})
    assert page.status_code == 422
    assert "turns the writing direction" in page.text
    assert not User.objects.filter(email="new@example.org").exists()


def test_right_changes_on_the_next_request(cast, sign_in):
    con, ada = sign_in(cast.con), sign_in(cast.ada)
    row = member_of(cast.con, cast.acme)
    assert con.get(URL).status_code == 403
    ada.post(f"{URL}{row.pk}/role/", {"role": "owner"})
    assert con.get(URL).status_code == 200
    ada.post(f"{URL}{row.pk}/role/", {"role": "reader"})
    assert con.get(URL).status_code == 403
    ada.post(f"{URL}{row.pk}/remove/")
    assert con.get(URL).status_code == 404


def test_closed_account_is_out_on_the_next_request(cast, sign_in):
    con = sign_in(cast.con)
    cast.con.is_active = False
    cast.con.save()
    assert con.get("/").status_code == 302
    assert con.get("/").url == "/accounts/login/?next=/"


def test_last_owner_stays_and_is_told_why(cast, sign_in):
    ada = sign_in(cast.ada)
    row = member_of(cast.ada, cast.acme)
    for path, form in (("role", {"role": "reader"}), ("remove", {})):
        page = ada.post(f"{URL}{row.pk}/{path}/", form)
        assert page.status_code == 422
        assert "This is the last owner. Make somebody else owner first." in page.text
    assert member_of(cast.ada, cast.acme).role == "owner"


def test_owner_who_leaves_goes_to_the_front_door(cast, sign_in):
    make_member(cast.acme, "owner", "Second Owner")
    row = member_of(cast.ada, cast.acme)
    response = sign_in(cast.ada).post(f"{URL}{row.pk}/remove/")
    assert response.url == "/"


def test_member_of_another_organisation_is_not_found(cast, sign_in):
    ada = sign_in(cast.ada)
    row = member_of(cast.zoe, cast.other)
    for pk in (row.pk, 999_999):
        assert ada.post(f"{URL}{pk}/remove/").status_code == 404
        assert ada.post(f"{URL}{pk}/role/", {"role": "reader"}).status_code == 404
    assert member_of(cast.zoe, cast.other).role == "owner"


def test_unknown_role_is_refused(cast, sign_in):
    row = member_of(cast.con, cast.acme)
    page = sign_in(cast.ada).post(f"{URL}{row.pk}/role/", {"role": "king"})
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


def test_one_time_password_signs_in(cast, sign_in):
    cache.clear()
    page = sign_in(cast.ada).post(URL, NEW)
    password = re.search(r'id="one-time-password">([^<]+)<', page.text)[1]
    client = Client()
    form = {"login": "new@example.org", "password": password}
    assert client.post("/accounts/login/", form).url == "/accounts/password/"
    assert "Choose a password of your own" in client.get("/accounts/password/").text


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
