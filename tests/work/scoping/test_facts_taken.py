"""Facts of an earlier assessment, offered for a new one of the same checklist."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.support.factories import make_assessment, make_edition
from tests.support.page_text import flat


@pytest.fixture
def edition():
    return make_edition(questions=3)


def ask(client, edition, **query):
    return client.get(reverse("scoping:start", args=["acme", edition.pk]), query)


def test_pages_of_the_facts_stand_under_assessments(cast, sign_in, edition):
    page = ask(sign_in(cast.ada), edition).text
    assert re.search(r'"/o/acme/assessments/"\s+aria-current="page"', page)


def test_own_assessments_of_the_checklist_are_offered(cast, sign_in, edition):
    ada = sign_in(cast.ada)
    assert "known already" not in flat(ask(ada, edition).content.decode())
    make_assessment(cast.acme, cast.ada, subject="Another checklist")
    make_assessment(cast.other, cast.zoe, edition, subject="Elsewhere")
    made = make_assessment(cast.acme, cast.ada, edition, subject="Before")
    page = flat(ask(ada, edition).content.decode())
    assert f"?facts={made.pk}" in page
    assert page.count("?facts=") == 1


def test_taken_facts_are_chosen_and_their_source_is_named(cast, sign_in, edition):
    made = make_assessment(cast.acme, cast.ada, edition, subject="Before")
    type(made).objects.filter(pk=made.pk).update(facts={"data": ["children"]})
    page = flat(ask(sign_in(cast.ada), edition, facts=made.pk).content.decode())
    assert "The facts below are those of" in page
    assert 'value="children"checked' in page.replace(" checked", "checked")
    assert 'value="health"checked' not in page.replace(" checked", "checked")
    assert "confirm again" not in page, "no answer comes along"


def test_facts_of_others_are_not_found(cast, sign_in, edition):
    theirs = make_assessment(cast.other, cast.zoe, edition)
    ada = sign_in(cast.ada)
    for name in (theirs.pk, uuid4(), "nothing"):
        assert ask(ada, edition, facts=name).status_code == 404
