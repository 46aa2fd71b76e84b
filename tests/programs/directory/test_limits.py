"""Bounds of what one call, and one token, may cause."""

import pytest

from compliance.models import DirectoryGroupMember
from tests.programs.directory.calling import GROUP
from tests.programs.directory.test_people import refused
from tests.support import factories
from tests.support.api_programs import Program

MEMBERS = f"{GROUP}:members"


def people_in(group):
    rows = DirectoryGroupMember.objects.filter(group=int(group.removeprefix("g")))
    return set(rows.values_list("user_id", flat=True))


def colleagues(cast, count):
    return [
        factories.make_member(cast.acme, "reader", f"P {n}", f"p{n}@acme.example").pk for n in range(count)
    ]


def values(*keys):
    return [{"value": str(key)} for key in keys]


def test_call_of_too_many_operations_or_values_is_refused(scim):
    path = f"/Groups/{scim.group('G').json()['id']}"
    add = {"op": "add", "path": "members", "value": values(1)}
    many = {"op": "add", "path": "members", "value": values(*range(1001))}
    for reply in (
        scim.patch(path, *[add] * 101),
        scim.patch(path, many),
        scim("PUT", path, {"displayName": "G", "members": values(*range(1001))}),
        scim.group("H", *map(str, range(1001))),
    ):
        assert refused(reply, 413, "100 operations and 1,000 values")
    key = scim.make().json()["id"]
    rename = {"op": "replace", "path": "displayName", "value": "N"}
    assert refused(scim.patch(f"/Users/{key}", *[rename] * 101), 413, "too large")
    body = {"OPERATIONS": [rename] * 101}
    assert refused(scim("PATCH", f"/Users/{key}", body), 413, "too large")
    for wrong in (7, None, {}, "x"):
        assert scim("PATCH", path, {"Operations": wrong}).status_code == 400


def test_largest_call_holds_the_turn_of_the_writer_for_no_square(scim, monkeypatch):
    """Patching the shape compared each member with each: a thousand took half a minute."""
    path = f"/Groups/{scim.group('G').json()['id']}"
    compared = []
    monkeypatch.setattr("scim2_models.messages.patch_op._same", lambda *_: compared.append(1))
    gone = {
        "op": "remove",
        "path": "members",
        "value": values(*range(10**9, 10**9 + 900)),
    }
    assert scim.patch(path, gone).status_code == 204
    assert not compared


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        ({"op": "Add", "path": "members", "value": [{"value": "2"}]}, "012"),
        ({"op": "add", "path": "Members", "value": {"Value": "2"}}, "012"),
        ({"op": "add", "value": {"members": [{"value": "2"}]}}, "012"),
        ({"op": "add", "value": {MEMBERS: [{"value": "2"}]}}, "012"),
        ({"op": "replace", "path": MEMBERS, "value": [{"value": "2"}]}, "2"),
        ({"op": "replace", "value": {"members": [], "displayName": "G2"}}, ""),
        ({"op": "Remove", "path": "members", "value": [{"value": "0"}]}, "1"),
        ({"op": "remove", "path": 'members[value eq "0"]'}, "1"),
        ({"op": "remove", "path": 'members[value eq "x"]'}, "01"),
        ({"op": "remove", "path": "members"}, ""),
    ],
)
def test_each_way_to_change_people_of_a_group(operation, left, scim, cast):
    keys = colleagues(cast, 3)

    def named(value):
        if isinstance(value, dict):
            return {name: named(part) for name, part in value.items()}
        if isinstance(value, list):
            return [named(one) for one in value]
        if value in {"0", "1", "2"}:
            return str(keys[int(value)])
        return value.replace('"0"', f'"{keys[0]}"')

    group = scim.group("G", str(keys[0]), str(keys[1])).json()["id"]
    reply = scim.patch(f"/Groups/{group}", named(operation))
    assert reply.status_code == 204, reply.content
    assert people_in(group) == {keys[int(one)] for one in left}


def test_operations_on_people_count_one_after_the_other(scim, cast):
    first, second = colleagues(cast, 2)
    group = scim.group("G", str(first)).json()["id"]
    reply = scim.patch(
        f"/Groups/{group}",
        {"op": "add", "path": "members", "value": values(second)},
        {"op": "remove", "path": "members", "value": values(first)},
        {"op": "replace", "path": "displayName", "value": "H"},
        {"op": "add", "path": "members", "value": values(first)},
        {"op": "remove", "path": f'members[value eq "{second}"]'},
    )
    assert reply.status_code == 204
    assert people_in(group) == {first}
    assert scim("GET", f"/Groups/{group}").json()["displayName"] == "H"


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "members.value", "value": "1"},
        {"op": "remove", "path": 'members[value eq "1"].value'},
        {"op": "remove", "path": 'members[value co "1"]'},
        {"op": "add", "path": "members", "value": ["1"]},
        {"op": "add", "path": "members", "value": "1"},
        {"op": "add", "path": "members", "value": [{"value": "g1"}]},
        {"op": "add", "path": "members", "value": [{"value": {}}]},
        {"op": "add", "path": "members", "value": [{}]},
        {"op": "remove", "path": "members", "value": [7]},
        {"op": "add", "value": 7},
        {"op": "add", "value": {"members": [7]}},
    ],
)
def test_wrong_operation_on_people_changes_nothing(operation, scim, cast):
    [key] = colleagues(cast, 1)
    group = scim.group("G", str(key)).json()["id"]
    reply = scim.patch(f"/Groups/{group}", operation)
    assert reply.status_code == 400, reply.content
    assert people_in(group) == {key}


def test_call_is_read_before_the_turn_of_the_writer(scim, monkeypatch):
    path = f"/Groups/{scim.group('G').json()['id']}"
    user = f"/Users/{scim.make().json()['id']}"
    scim("GET", "/Users")  # keeps the last use of the token, to the minute

    def never():
        raise AssertionError

    for room in ("users", "groups"):
        monkeypatch.setattr(f"compliance.programs.directory.resources.{room}.writing", never)
    wrong = {"op": "nothing", "path": "displayName", "value": "N"}
    for one in (path, user):
        assert scim.patch(one, wrong).status_code == 400
        assert scim("PUT", one, {"displayName": 7}).status_code == 400


@pytest.mark.usefixtures("still")
def test_programs_of_people_use_up_no_call_of_the_directory(scim, cast, settings):
    settings.API_CALLS_PER_MINUTE_OF_ALL = 2
    user = factories.make_member(cast.acme, "reader", "P", "p@acme.example")
    program = Program(user, cast.acme)
    for _ in range(3):
        reply = program.get("/organisation")
    assert reply.status_code == 429
    off = {"op": "replace", "path": "active", "value": False}
    assert scim.patch(f"/Users/{user.pk}", off).status_code == 200
    assert program.get("/organisation").status_code == 401
