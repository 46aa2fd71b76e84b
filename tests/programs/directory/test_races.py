"""Two calls of a directory at once; a database in memory has one connection."""

import pytest

from compliance.models import Answer, Membership, User
from compliance.programs.directory import actions
from tests.programs.directory.calling import Calls, show
from tests.support import factories
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]


def test_two_calls_at_once_make_one_user(cast):
    show(cast.ada, cast.acme)
    actions.renew_token(by=cast.ada, organisation=cast.acme)

    def make():
        return actions.make_person(organisation=cast.acme, email="new@acme.example", name="N")

    outcomes = at_once(make, make)
    assert sorted(type(one).__name__ for one in outcomes) == ["User", "ValidationError"]
    assert Membership.objects.filter(user__email="new@acme.example").count() == 1


def test_two_calls_at_once_fill_a_group_with_both(cast):
    show(cast.ada, cast.acme)
    scim = Calls(cast.ada, cast.acme)
    keys = [scim.make(email=f"p{n}@acme.example").json()["id"] for n in range(2)]
    path = f"/Groups/{scim.group('G').json()['id']}"

    def add(key):
        person = [{"value": key}]
        return lambda: scim.patch(path, {"op": "Add", "path": "members", "value": person}).status_code

    assert at_once(*map(add, keys)) == [204, 204]
    members_ = scim("GET", path).json()["members"]
    assert {one["value"] for one in members_} == set(keys)


def test_two_calls_at_once_deactivate_once_and_hand_over_once(cast):
    show(cast.ada, cast.acme)
    actions.renew_token(by=cast.ada, organisation=cast.acme)
    user = factories.make_member(cast.acme, "contributor", "C", "c@acme.example")
    here = factories.make_assessment(cast.acme, cast.ada)
    Answer.objects.filter(assessment=here).update(owner=user)

    def end():
        actions.deactivate(organisation=cast.acme, user=user)

    assert at_once(end, end, end) == [None, None, None]
    assert not Membership.objects.filter(user=user).exists()
    assert set(here.answers.values_list("owner", "version")) == {(None, 1)}
    assert User.objects.get(pk=user.pk).is_active
