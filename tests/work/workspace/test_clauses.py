"""Clauses of other frameworks in the workspace: the panel and the filter."""

import pytest
from django.urls import reverse

from tests.support.factories import make_assessment, make_clause


@pytest.fixture
def assessment(cast):
    return make_assessment(cast.acme, cast.ada)


def law_tab(client, assessment, key="Q1"):
    answer = assessment.answers.get(question__key=key)
    place = ["acme", assessment.pk, answer.pk, "law"]
    return client.get(reverse("workspace:panel", args=place)).text


def shown(client, assessment, query):
    groups = client.get(f"{assessment.get_absolute_url()}?{query}").context["groups"]
    return [line.question.key for group in groups for line in group["lines"]]


def test_panel_names_the_clauses_that_an_answer_helps_to_show(cast, sign_in, assessment):
    make_clause(assessment.edition, "Q1", "Q2", identifier="A.5.9", full=("Q2",))
    client = sign_in(cast.con)
    text = law_tab(client, assessment)
    assert "Helps to show" in text
    assert "?clause=iso-27001%3AA.5.9" in text
    assert "in part" in text
    assert "complies" not in text
    assert "in part" not in law_tab(client, assessment, "Q2")
    assert "Helps to show" not in law_tab(client, assessment, "Q3")


def test_filter_shows_the_questions_of_a_clause(cast, sign_in, assessment):
    make_clause(assessment.edition, "Q1", "Q3", identifier="GV.SC-04")
    client = sign_in(cast.con)
    assert shown(client, assessment, "clause=iso-27001:GV.SC-04") == ["Q1", "Q3"]
    assert shown(client, assessment, "clause=iso-27001:A.9.9") == []
    assert shown(client, assessment, "clause=%00&q=") == ["Q1", "Q2", "Q3"]
    text = client.get(f"{assessment.get_absolute_url()}?clause=iso-27001:GV.SC-04").text
    assert "show the questions of any clause" in text
    assert 'name="clause" value="iso-27001:GV.SC-04"' in text


def test_clause_of_another_checklist_shows_nothing_here(cast, sign_in, assessment):
    other = make_assessment(cast.acme, cast.ada)
    make_clause(other.edition, "Q1")
    client = sign_in(cast.con)
    assert shown(client, assessment, "clause=iso-27001:A.5.9") == []
    assert shown(client, other, "clause=iso-27001:A.5.9") == ["Q1"]
