"""A new organisation: cards with size, time and people, and where else to begin."""

import re

import pytest
from django.urls import reverse

from tests.support.factories import make_assessment, make_checklist, make_draft, publish
from tests.support.page_text import flat
from tests.work.workspace.test_cost import queries

HOME = reverse("home:home", args=["acme"])
ASKS = "What do you want to check first?"


@pytest.fixture
def library(cast):
    """Two checklists that are ready to start."""
    for questions in (160, 12):
        checklist = make_checklist()
        checklist.summary = "Rights and duties. Fines reach EUR 20 million."
        checklist.save()
        roles = {f"r{at}": f"Role {at}" for at in range(6)}
        publish(make_draft(questions, checklist=checklist, roles=roles))


def text_of(client, address=HOME):
    return flat(client.get(address).content.decode())


@pytest.mark.usefixtures("library")
def test_new_organisation_is_asked_for_its_first_checklist(cast, sign_in):
    text = text_of(sign_in(cast.ada))
    assert ASKS in text
    assert "160 questions at most" in text
    assert "2 to 3 days, alone or shared" in text
    assert text.count("Role 0, Role 1, Role 2, Role 3 and 2 more") == 2
    assert "An hour or two, alone or shared" in text
    assert text.count("<p>Rights and duties.</p>") == 2
    assert "<summary>More</summary><p>Fines reach EUR 20 million.</p>" in text
    assert len(re.findall(r'href="/o/acme/assessments/new/\d+/"', text)) == 2
    assert reverse("organisations:members", args=["acme"]) in text
    assert "Needs you" not in text


@pytest.mark.usefixtures("library")
def test_those_who_start_nothing_are_not_asked(cast, sign_in):
    for person in (cast.con, cast.rob, cast.rev):
        assert ASKS not in text_of(sign_in(person))


def test_home_is_as_usual_once_an_assessment_runs(cast, sign_in):
    make_assessment(cast.acme, cast.ada)
    text = text_of(sign_in(cast.ada))
    assert ASKS not in text
    assert "Needs you" in text


def test_installation_without_a_checklist_says_who_loads_them(cast, sign_in):
    assert "manage.py load_seeds" in text_of(sign_in(cast.ada))


@pytest.mark.slow
def test_cards_cost_one_query_whatever_their_number(cast, sign_in, library):
    ada = sign_in(cast.ada)
    choose = reverse("scoping:choose", args=["acme"])
    for address in (HOME, choose):
        text_of(ada, address)
    few = [len(queries(lambda one=one: ada.get(one))) for one in (HOME, choose)]
    for _ in range(10):
        publish(make_draft(3))
    assert [len(queries(lambda one=one: ada.get(one))) for one in (HOME, choose)] == few
