"""A question or an action belongs to somebody who may answer it."""

import re

import pytest
from django.core.exceptions import ValidationError

from compliance.models import Answer, Membership
from compliance.work.assessments import actions
from compliance.work.assessments.actions.carry import fill
from compliance.work.assessments.versions import Known
from compliance.work.bulk.actions import Bulk, set_many
from compliance.work.remediation import actions as remediation
from tests.support.factories import make_assessment

FITS = ["Ada Lindqvist", "Con Tributor", "Otto Weber"]
UNFIT = ["rev", "rob", "aud"]


@pytest.fixture
def answer(cast):
    return make_assessment(cast.acme, cast.ada).answers.get(question__key="Q1")


def save(cast, answer, person):
    return actions.save_answer(
        by=cast.otto,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        answer_id=answer.pk,
        changes={"owner_id": person.pk},
        base=answer.version,
    )


def set_both(cast, answer, person):
    ids = answer.assessment.answers.values_list("pk", "version")
    set_many(
        by=cast.otto,
        organisation=cast.acme,
        assessment_id=answer.assessment_id,
        targets={pk: Known(version) for pk, version in ids},
        bulk=Bulk({"owner_id": person.pk}),
    )


def make_action(cast, answer, person):
    remediation.create_action(
        by=cast.otto,
        organisation=cast.acme,
        answer_ids=[answer.pk],
        fields={"title": "Write the list", "owner_id": person.pk},
    )


@pytest.mark.parametrize("role", UNFIT)
@pytest.mark.parametrize("give", [save, set_both, make_action])
def test_nothing_is_given_to_somebody_who_may_not_answer(cast, answer, give, role):
    with pytest.raises(ValidationError) as refused:
        give(cast, answer, getattr(cast, role))
    said = ["Choose a member of this organisation who may answer."]
    assert refused.value.messages == said
    give(cast, answer, cast.con)


def people_in(page):
    """The people to choose from in the select of owners of a page."""
    select = re.search(r'name="(?:owner|to|person)"\s.*?</select>', page.text, re.DOTALL)
    options = re.findall(r'<option\s+value="\d+"[^>]*>([^<]*)<', select[0])
    return [name.strip() for name in options]


def test_every_list_of_owners_is_the_same(cast, sign_in, answer):
    otto, one = sign_in(cast.otto), answer.assessment.get_absolute_url()
    assert people_in(otto.get(f"{one}assign/")) == FITS
    pages = [
        otto.get(f"{one}?open={answer.pk}"),
        otto.get(f"{one}answers/{answer.pk}/"),
        otto.get(f"{one}bulk/?what=owner&all=1"),
        otto.get("/o/acme/actions/new/"),
    ]
    assert [people_in(page) for page in pages] == [FITS] * 4


def test_owner_who_may_no_longer_answer_stays_until_it_is_changed(cast, sign_in, answer):
    save(cast, answer, cast.con)
    Membership.objects.filter(user=cast.con).update(role="reader")
    page = sign_in(cast.otto).get(f"{answer.assessment.get_absolute_url()}?open={answer.pk}")
    assert people_in(page) == ["Ada Lindqvist", "Otto Weber", "Con Tributor"]
    assert re.search(rf'value="{cast.con.pk}"[^>]* selected', page.text)
    answer.refresh_from_db()
    again = Answer(assessment=answer.assessment, question=answer.question)
    fill([again], {"Q1": answer})
    assert again.owner_id is None
