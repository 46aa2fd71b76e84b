"""Somebody joins while others work; a database in memory has one connection."""

import json

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError

from compliance.identity.accounts import actions as accounts
from compliance.identity.organisations import actions as people
from compliance.models import Answer, Invitation
from compliance.operations.erasure.actions import erase_person
from compliance.proof.audit import verification
from compliance.work.assessments import actions
from compliance.work.assignments import actions as assignments
from tests.support import device
from tests.support.factories import make_assessment, make_edition, make_member, make_user
from tests.support.races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shared")]


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada, make_edition(questions=6))


def invite(cast, assessment, email):
    """An invitation for someone who has an account, and every free question."""
    user = make_user("New", email)
    assignments.assign(
        by=cast.ada,
        organisation=cast.acme,
        assessment_id=assessment.pk,
        answer_ids=list(assessment.answers.values_list("pk", flat=True)),
        to=assignments.Newcomer(email, "New"),
        take_over=True,
    )
    return user, Invitation.objects.get(email=email)


def test_one_link_is_used_once(cast, assessment):
    user, made = invite(cast, assessment, "new@example.org")
    accept = [lambda: people.accept_invitation(by=user, invitation=made)] * 4
    outcomes = at_once(*accept, caught=Exception)
    assert sum(isinstance(one, ValidationError) for one in outcomes) == 3
    assert cast.acme.memberships.filter(user=user).count() == 1


def test_joining_and_erasing_wait_for_each_other(cast, assessment):
    """Either may be first: afterwards the person is no member and has no name."""
    for number in range(6):
        user, made = invite(cast, assessment, f"new{number}@example.org")
        outcomes = at_once(
            lambda user=user, made=made: people.accept_invitation(by=user, invitation=made),
            lambda user=user: erase_person(by=None, person=user),
            caught=Exception,
        )
        errors = [one for one in outcomes if isinstance(one, Exception)]
        assert [type(one) for one in errors if one.args] in ([], [ValidationError])
        assert [str(one) for one in errors if "no longer works" not in str(one)] == []
        assert not cast.acme.memberships.filter(user=user).exists()
        assert not Invitation.objects.exists()
        user.refresh_from_db()
        assert user.email == f"erased-{user.pk}@erased.invalid"
    assert verification.verify(cast.acme.pk) is None


def test_adding_a_passkey_and_saving_wait_for_each_other(cast, assessment, sign_in_freshly, settings):
    """An event names its person; whoever adds a passkey has locked that person."""
    cache.clear()
    settings.URL = device.ORIGIN
    client = sign_in_freshly(cast.ada)
    made = [
        device.Device().make(json.loads(device.begin(client, password="").context["options"]))
        for _ in range(8)
    ]
    answer = assessment.answers.first()

    def save():
        for number in range(16):
            actions.save_answer(
                by=cast.ada,
                organisation=cast.acme,
                assessment_id=assessment.pk,
                answer_id=answer.pk,
                changes={"note": f"{number}"},
                base=Answer.objects.get(pk=answer.pk).version,
            )

    def add():
        for number, said in enumerate(made):
            accounts.add_passkey(
                by=cast.ada,
                session=client.session.session_key,
                name=f"Laptop {number}",
                said=said,
            )

    outcomes = at_once(save, add, caught=Exception)
    assert [one for one in outcomes if one is not None] == []
    assert cast.ada.passkeys.count() == 8
    assert verification.verify(cast.acme.pk) is None


def test_joining_and_saving_wait_for_each_other(cast, assessment):
    ids = list(assessment.answers.order_by("-pk").values_list("pk", flat=True))

    def save(number):
        for pk in ids:
            actions.save_answer(
                by=cast.con,
                organisation=cast.acme,
                assessment_id=assessment.pk,
                answer_id=pk,
                changes={"note": f"{number}"},
                base=Answer.objects.get(pk=pk).version,
            )

    for number in range(4):
        user, made = invite(cast, assessment, f"new{number}@example.org")
        outcomes = at_once(
            lambda user=user, made=made: people.accept_invitation(by=user, invitation=made),
            lambda number=number: save(number),
            caught=Exception,
        )
        assert [one for one in outcomes if isinstance(one, Exception)] == []
        assert Answer.objects.filter(owner=user).count() == 6
    assert verification.verify(cast.acme.pk) is None


def test_erasing_and_saving_wait_for_each_other(cast, assessment):
    """A save locks its answer, then the chain: erasing must not do it the other way."""
    ids = list(assessment.answers.values_list("pk", flat=True))

    def save(by, words):
        for pk in ids:
            actions.save_answer(
                by=by,
                organisation=cast.acme,
                assessment_id=assessment.pk,
                answer_id=pk,
                changes={"note": words},
                base=Answer.objects.get(pk=pk).version,
            )

    for number in range(4):
        named = f"Eloise {number}", f"eloise{number}@example.org"
        user = make_member(cast.acme, "contributor", *named)
        save(cast.con, f"Ask {user.name}, {user.email}")
        outcomes = at_once(
            lambda user=user: erase_person(by=None, person=user),
            lambda: save(cast.con, "Somebody else is asked."),
            lambda: save(cast.ada, "Nobody is asked."),
            caught=Exception,
        )
        assert [one for one in outcomes if isinstance(one, Exception)] == []
        assert not Answer.objects.filter(note__contains=user.name).exists()
    assert verification.verify(cast.acme.pk) is None
