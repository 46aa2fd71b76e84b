"""Ctrl K as a command line: which commands are found, for whom, and where they lead."""

import re

import pytest
from django.urls import reverse

from compliance.models import Answer
from tests.support import factories
from tests.support.costs import work_of
from tests.work.search.test_search_page import HTMX, PATH


@pytest.fixture
def one(cast):
    return factories.make_assessment(cast.acme, cast.ada, subject="Lens")


def commands(client, typed, near=None, **headers):
    """Name to address of the commands that a search offers."""
    asked = {"q": typed} | ({"near": near.pk} if near else {})
    page = client.get(PATH, asked, headers=headers).content.decode()
    group = r'id="find-command".*?</div>|id="found-command".*?</section>'
    part = re.search(group, page, re.S)
    found = re.findall(r'href="([^"]*)".*?<bdi>(.*?)</bdi>', part[0] if part else "", re.S)
    return {re.sub("<[^>]*>", "", name): url for url, name in found}


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("assign", "assignments:assign"),
        ("give", "assignments:assign"),
        ("report", "reports:ask"),
        ("next unans", "workspace:next_open"),
        ("audit pack", "exports:list"),
        ("sheet", "answer_sheets:sheet"),
    ],
)
def test_command_of_the_open_assessment_is_found_by_words(typed, address, cast, sign_in, one):
    found = commands(sign_in(cast.ada), typed, one, **HTMX)
    url = reverse(address, args=["acme", one.pk])
    assert [led.partition("#")[0] for led in found.values()] == [url]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("new assess", "scoping:choose"),
        ("invite", "organisations:invite"),
        ("add evid", "evidence:add"),
    ],
)
def test_command_of_the_organisation_is_found_anywhere(typed, address, cast, sign_in):
    found = commands(sign_in(cast.ada), typed, **HTMX)
    assert list(found.values()) == [reverse(address, args=["acme"])]


def test_commands_come_before_what_was_found(cast, sign_in, one):
    one.answers.update(note="Assign it.")
    page = sign_in(cast.ada).get(PATH, {"q": "assign", "near": one.pk}, headers=HTMX)
    options = re.findall(r'id="find-(\w+)-1"', page.content.decode())
    assert options[0] == "command"


def test_command_is_for_who_may(cast, sign_in, one):
    for name, typed in (("con", "assign"), ("rob", "next"), ("con", "invite")):
        assert commands(sign_in(getattr(cast, name)), typed, one, **HTMX) == {}


def test_closed_assessment_offers_nothing_that_changes_it(cast, sign_in, one):
    one.status = "archived"
    one.save()
    ada = sign_in(cast.ada)
    assert commands(ada, "assign", one, **HTMX) == {}
    assert commands(ada, "next", one, **HTMX) == {}
    assert "PDF report" in commands(ada, "report", one, **HTMX)


def test_assessment_of_another_organisation_is_not_near(cast, sign_in):
    theirs = factories.make_assessment(cast.other, cast.zoe)
    ada = sign_in(cast.ada)
    assert commands(ada, "assign", theirs, **HTMX) == {}
    page = ada.get(PATH, {"near": theirs.pk}).content.decode()
    assert str(theirs.pk) not in re.sub(r"<input[^>]*>", "", page)


def test_without_a_script_the_page_lists_commands_as_links(cast, sign_in, one):
    ada = sign_in(cast.ada)
    assert "Assign questions" in commands(ada, "assign", one)
    page = ada.get(PATH, {"near": one.pk}).content.decode()
    for address in ("assignments:assign", "reports:ask", "workspace:next_open"):
        assert f'href="{reverse(address, args=["acme", one.pk])}"' in page
    assert reverse("organisations:invite", args=["acme"]) in page


def test_typed_text_stays_text(cast, sign_in, one):
    page = sign_in(cast.ada).get(PATH, {"q": "<b>assign", "near": one.pk})
    assert "<b>assign" not in page.content.decode()


@pytest.mark.slow
def test_finding_commands_costs_the_same_in_2000_questions(cast, sign_in):
    ada, costs = sign_in(cast.ada), []
    for size in (10, 2000):
        near = factories.make_assessment(cast.acme, cast.ada, factories.make_edition(questions=size))

        def ask(near=near):
            ada.get(PATH, {"near": near.pk})

        ask()
        costs.append(work_of(ask))
    assert costs[1] <= costs[0] * 1.1


def test_next_leads_to_the_first_open_question(cast, sign_in, one):
    con = sign_in(cast.con)
    first, second, *_ = one.answers.order_by("question__position")
    Answer.objects.filter(pk=first.pk).update(verdict="met")
    url = reverse("workspace:next_open", args=["acme", one.pk])
    led = con.get(url)
    assert led.url == f"{one.get_absolute_url()}?open={second.pk}#answer-{second.pk}"
    one.answers.update(verdict="met")
    page = con.get(url, follow=True)
    assert "no question of this assessment is open" in page.content.decode()
