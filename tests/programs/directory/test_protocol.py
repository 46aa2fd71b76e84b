"""SCIM as others speak it: a checker of the RFCs, Entra ID, Okta."""

import uuid

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import ScimProvider
from scim2_tester import Status, check_server, filling

from compliance.identity.sign_on import actions as sign_on
from compliance.models import Event, Membership, Token, User
from tests.programs.directory.calling import ENTERPRISE, GROUP, USER
from tests.support import factories

pytestmark = pytest.mark.slow
URL = "http://testserver/scim/v2"


@pytest.fixture
def _kept_connection():
    """A server closes what it has from another request; here that is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_kept_connection")
def test_checker_of_the_rfcs_finds_no_fault(scim, settings, monkeypatch):
    settings.URL = "http://testserver"
    settings.API_CALLS_PER_MINUTE = 10_000
    known = filling.get_random_example_value

    def example(path):
        is_name = str(path) == "userName"
        return f"{uuid.uuid4().hex}@acme.example" if is_name else known(path)

    monkeypatch.setattr(filling, "get_random_example_value", example)
    client = WSGISCIMClient(
        WSGIHandler(),
        base_url=URL,
        headers={"Authorization": f"Bearer {scim.text}"},
        provider=ScimProvider(),
    )
    results = check_server(client)
    faults = [
        f"{one.resource_type} {one.title}: {one.reason}"
        for one in results
        if one.status in {Status.ERROR, Status.CRITICAL}
    ]
    assert faults == [
        # Optional, and at one address for all kinds of resources.
        "User search_with_attributes: There is nothing at this address for this token.",
        # An account has a name, and somebody is a member or is none.
        "User check_remove_attribute: PATCH modify() did not remove attribute 'displayName'",
        "User check_remove_attribute: PATCH modify() did not remove attribute 'active'",
        "Group search_with_attributes: There is nothing at this address for this token.",
    ]
    assert sum(one.status == Status.SUCCESS for one in results) > 50


# As Entra ID sends it (learn.microsoft.com, "Develop a SCIM endpoint")


def test_entra_asks_first_then_makes_then_changes(scim, cast):
    asked = scim("GET", '/Users?filter=userName eq "new@acme.example"').json()
    assert (asked["totalResults"], asked["Resources"]) == (0, [])
    made = scim.make()
    assert made.status_code == 201
    key = made.json()["id"]
    assert made.headers["Location"].endswith(f"/scim/v2/Users/{key}")
    assert made.json()["externalId"] == "new"
    assert ENTERPRISE not in made.json()
    for words in ('userName eq "NEW@acme.example"', 'externalId eq "new"'):
        asked = scim("GET", f"/Users?filter={words}").json()
        assert [one["id"] for one in asked["Resources"]] == [key]
    reply = scim.patch(
        f"/Users/{key}",
        {"op": "Replace", "path": "displayName", "value": "Nadia Newer"},
        {"op": "Add", "path": 'phoneNumbers[type eq "work"].value', "value": "1"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Legal"},
        {"op": "Replace", "path": "name.familyName", "value": "Newer"},
    )
    assert (reply.status_code, reply.json()["displayName"]) == (200, "Nadia Newer")
    member = Membership.objects.get(user__email="new@acme.example")
    assert (member.role, member.user.name) == ("reader", "Nadia Newer")


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Replace", "path": "Active", "value": "false"},
        {"op": "Replace", "value": {"active": "False"}},
        {"op": "replace", "value": {"active": False}},
        {"op": "add", "path": f"{USER}:active", "value": False},
    ],
)
def test_each_way_to_say_inactive_is_understood(operation, scim):
    key = scim.make().json()["id"]
    reply = scim.patch(f"/Users/{key}", operation)
    assert (reply.status_code, reply.json()["active"]) == (200, False)
    assert not Membership.objects.filter(user=key).exists()
    assert User.objects.get(pk=key).is_active
    back = scim.patch(f"/Users/{key}", {"op": "Replace", "path": "active", "value": "True"})
    assert back.json()["active"] is True
    assert Membership.objects.filter(user=key).exists()


def test_entra_fills_and_empties_a_group(scim):
    keys = [scim.make(email=f"p{n}@acme.example").json()["id"] for n in range(3)]
    group = scim.group("Officers", externalId="8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159")
    assert (group.status_code, "members" in group.json()) == (201, False)
    path = f"/Groups/{group.json()['id']}"
    people = [{"$ref": None, "value": key} for key in keys]
    added = scim.patch(path, {"op": "Add", "path": "members", "value": people})
    assert (added.status_code, added.content) == (204, b"")
    gone = [{"$ref": None, "value": keys[0]}]
    scim.patch(path, {"op": "Remove", "path": "members", "value": gone})
    scim.patch(path, {"op": "remove", "path": f'members[value eq "{keys[1]}"]'})
    members = scim("GET", path).json()["members"]
    assert [one["value"] for one in members] == keys[2:]
    short = scim("GET", f"{path}?excludedAttributes=members").json()
    assert "members" not in short
    user = scim("GET", f"/Users/{keys[2]}").json()
    assert [one["display"] for one in user["groups"]] == ["Officers"]
    listed = scim("GET", '/Groups?excludedAttributes=members&filter=displayName eq "officers"')
    assert [one["id"] for one in listed.json()["Resources"]] == [group.json()["id"]]


@pytest.mark.parametrize("more", [{}, {"displayName": "Crew"}])
@pytest.mark.parametrize("urn", [GROUP, GROUP.upper()])
def test_people_under_the_urn_of_the_schema_are_in_the_group(urn, more, scim):
    """Users are changed in this form, too."""
    first, second = (scim.make(email=f"{n}@acme.example").json()["id"] for n in "ab")
    path = f"/Groups/{scim.group('Staff', first).json()['id']}"
    value = {urn: {"members": [{"value": second}], **more}}
    assert scim.patch(path, {"op": "replace", "value": value}).status_code == 204
    group = scim("GET", path).json()
    assert [one["value"] for one in group["members"]] == [second]
    assert group["displayName"] == more.get("displayName", "Staff")


# As Okta sends it (developer.okta.com, "SCIM 2.0")


def test_okta_lists_makes_replaces_and_renames(scim):
    first = scim("GET", "/Users?startIndex=1&count=2").json()
    assert (first["startIndex"], first["itemsPerPage"]) == (1, 0)
    made = scim.make(
        name="Isaac Brock",
        email="isaac@acme.example",
        displayName=None,
        name_="",
        password="1mz050nq",
        groups=[],
        locale="en-US",
    )
    assert (made.status_code, made.json()["displayName"]) == (201, "Isaac Brock")
    assert "password" not in made.json()
    assert not User.objects.get(email="isaac@acme.example").has_usable_password()
    path = f"/Users/{made.json()['id']}"
    whole = made.json() | {"displayName": "Isaac B.", "active": False}
    reply = scim("PUT", path, whole)
    assert (reply.status_code, reply.json()["active"]) == (200, False)
    group = scim.group("Staff", made.json()["id"]).json()
    renamed = {"op": "replace", "value": {"id": group["id"], "displayName": "Crew"}}
    assert scim.patch(f"/Groups/{group['id']}", renamed).status_code == 204
    assert scim("GET", f"/Groups/{group['id']}").json()["displayName"] == "Crew"
    assert scim("DELETE", f"/Groups/{group['id']}").status_code == 204
    assert scim("GET", f"/Groups/{group['id']}").status_code == 404


def test_call_on_an_older_version_is_refused(scim):
    made = scim.make()
    path, old = f"/Users/{made.json()['id']}", made.headers["ETag"]
    assert made.json()["meta"]["version"] == old
    assert scim("GET", path, **{"If-None-Match": old}).status_code == 304
    rename = {"op": "replace", "path": "displayName", "value": "Other"}
    assert scim.patch(path, rename, **{"If-Match": old}).status_code == 200
    late = scim.patch(path, rename | {"value": "Late"}, **{"If-Match": old})
    assert (late.status_code, late.json()["schemas"]) == (
        412,
        ["urn:ietf:params:scim:api:messages:2.0:Error"],
    )
    assert scim("GET", path).json()["displayName"] == "Other"


def test_filter_that_is_not_there_is_refused_in_words(scim):
    for words in ('title eq "x"', 'userName gt "a"', "((", 'emails[type eq "work"]'):
        reply = scim("GET", f"/Users?filter={words}")
        assert (reply.status_code, reply.json()["scimType"]) == (400, "invalidFilter")
    long = " and ".join(['userName eq "x"'] * 200)
    assert scim("GET", f"/Users?filter={long}").status_code == 400


def test_five_thousand_users_come_in_pages(scim, cast):
    people = User.objects.bulk_create(
        User(email=f"p{n}@acme.example", name=f"P {n}", password="!") for n in range(5000)
    )
    Membership.objects.bulk_create(
        Membership(organisation=cast.acme, user=one, role="reader") for one in people
    )
    seen, first = set(), 1
    while True:
        page = scim("GET", f"/Users?startIndex={first}&count=1000").json()
        assert page["totalResults"] == 5000
        seen |= {one["userName"] for one in page["Resources"]}
        if page["itemsPerPage"] == 0:
            break
        assert page["itemsPerPage"] == 200
        first += 200
    assert len(seen) == 5000
    found = scim("GET", '/Users?filter=userName eq "p4999@acme.example"').json()
    assert found["totalResults"] == 1


def test_trail_names_the_directory_as_it_names_tokens(scim, cast, sign_in):
    scim.make()
    event = Event.objects.filter(action="member.added").latest("seq")
    assert event.actor is None
    assert f'"token":{Token.objects.get().pk}' in event.payload
    page = sign_in(cast.ada).get("/o/acme/trail/").content.decode()
    assert "Token “Directory (SCIM)”" in page


def test_questions_to_the_database_do_not_grow_with_a_group(scim, cast):
    """A member who has their role already costs none; a change of a role costs its own event."""

    def asked(count):
        keys = [
            factories.make_member(cast.acme, "officer", f"P {count}", f"p{count}-{n}@acme.example").pk
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as queries:
            assert scim.group(f"G{count}", *map(str, keys)).status_code == 201
        return len(queries)

    sign_on.add_group(by=cast.ada, organisation=cast.acme, group="G2", role="officer")
    sign_on.add_group(by=cast.ada, organisation=cast.acme, group="G40", role="officer")
    scim("GET", "/Groups")  # keeps the last use of the token, to the minute
    assert asked(40) == asked(2)
