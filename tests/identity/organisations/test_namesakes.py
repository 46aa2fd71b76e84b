"""Two people of one name in one organisation: the address tells them apart, everywhere."""

import importlib

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compliance.assurance.reviews.signatures import signoffs_of
from compliance.identity.organisations import actions
from compliance.identity.organisations.models import LONGEST_SHOWN, name_of_person
from compliance.models import SignOff, User
from compliance.proof.audit import tables, verification
from compliance.proof.audit.transaction import writing
from tests.support import factories, signing

NAME = "Irena Kowalska"


def shown(*people):
    return [str(User.objects.get(pk=one.pk)) for one in people]


def beside(*people):
    return [f"{one.name} <{one.email}>" for one in people]


def join(cast, name=NAME, organisation=None):
    user = factories.make_user(name)
    with writing():
        actions.join(cast.ada, organisation or cast.acme, user, "reviewer")
    return user


def rename(user, name):
    User.objects.filter(pk=user.pk).update(name=name)
    user.refresh_from_db()
    with writing():
        actions.tell_apart(user)


def test_name_that_nobody_else_has_stands_alone(cast):
    one = join(cast)
    join(cast, organisation=cast.other)
    join(cast, "Irena Kowal")
    assert shown(one) == [NAME]


def test_equal_names_have_the_address_beside_them(cast):
    first = join(cast)
    second = join(cast, NAME.upper())
    third = join(cast, organisation=cast.other)
    assert shown(first, second) == beside(first, second)
    assert shown(third) == [NAME]
    assert str(second) == beside(second)[0]


def test_new_name_ends_the_likeness_of_whoever_has_it(cast):
    first, second = join(cast), join(cast)
    rename(second, "Bruno Rossi")
    assert shown(second) == ["Bruno Rossi"]
    rename(first, "Irena Nowak")
    assert shown(first) == ["Irena Nowak"]


def test_name_of_somebody_who_left_is_told_apart_from_theirs(cast):
    gone = join(cast)
    actions.remove_member(by=cast.ada, membership=gone.memberships.get(organisation=cast.acme))
    newer = join(cast)
    assert shown(gone, newer) == beside(gone, newer)


def test_telling_apart_costs_the_same_in_a_crowd(cast):
    def cost(user):
        with writing(), CaptureQueriesContext(connection) as asked:
            actions.tell_apart(user)
        return len(asked)

    one = join(cast)
    join(cast)
    one.refresh_from_db()
    of_two = cost(one)
    for _ in range(8):
        join(cast)
    assert (of_two, cost(one)) == (2, 2)


def test_migration_marks_those_who_were_there(cast):
    first, second, other = join(cast), join(cast), join(cast, "Other Name")
    User.objects.update(has_namesake=False)
    module = "compliance.migrations.0011_namesakes"
    importlib.import_module(module).mark_namesakes(apps, None)
    assert shown(first, second, other) == [*beside(first, second), "Other Name"]


@pytest.mark.parametrize("length", [0, 20, 120, 180, 254])
def test_long_address_leaves_a_name_that_columns_can_keep(length):
    email = "a" * length + "@example.org"
    name = name_of_person("N" * 120, email, True)
    assert len(name) <= LONGEST_SHOWN
    assert email in name or length > 180


def test_page_with_equal_names_asks_no_more_than_without(cast, sign_in):
    client = sign_in(cast.ada)
    first = join(cast)
    second = join(cast, "Bruno Rossi")
    page = "/o/acme/trail/"
    client.get(page)
    with CaptureQueriesContext(connection) as before:
        client.get(page)
    rename(second, NAME)
    with CaptureQueriesContext(connection) as after:
        reply = client.get(page)
    assert len(after) == len(before)
    for person in (first, second):
        assert f"{NAME} &lt;{person.email}&gt;" in reply.text


# At a signature


def test_signature_under_a_shared_name_records_the_address(cast):
    assessment = signing.make_sent(cast)
    rename(cast.con, str(cast.rev))
    cast.rev.refresh_from_db()
    signing.sign(cast.rev, assessment)
    row = SignOff.objects.get()
    assert row.signer == beside(cast.rev)[0]
    assert signoffs_of(signing.fresh(assessment))[0].address == ""
    assert verification.verify(cast.acme.pk) is None


def test_signature_from_before_a_likeness_stays_and_is_told_apart(cast, sign_in):
    assessment = signing.make_sent(cast)
    signing.sign(cast.rev, assessment)
    before = SignOff.objects.values().get()
    rename(cast.con, cast.rev.name)
    assert SignOff.objects.values().get() == before
    signed = signoffs_of(signing.fresh(assessment))[0]
    assert (signed.signer, signed.address) == (cast.rev.name, cast.rev.email)
    assert not signed.is_void
    page = sign_in(cast.ada).get(f"/o/acme/assessments/{assessment.pk}/review/")
    assert f"(<bdi>{cast.rev.email}</bdi>)" in page.text
    assert list(tables.faults(cast.acme.pk)) == []
