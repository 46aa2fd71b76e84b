"""The annex of framework clauses, and ratings on paper."""

import re
from dataclasses import replace

import pytest
from django.urls import reverse

from compliance.content.checklists import force
from compliance.content.checklists.force import Mark
from compliance.content.checklists.rating import ratings_of
from compliance.models import Event, Report
from compliance.reporting.reports.clauses import Clause, Mapped
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.snapshots.content import Section
from tests.reporting.reports.papers import make_content, make_line, make_paper, make_proof
from tests.support.factories import (
    attach,
    make_assessment,
    make_clause,
    make_edition,
    make_link,
)

ANNEX = ReportOptions(clauses=True)


def text_of(paper):
    return " ".join(re.sub(r"<[^>]+>", " ", html_of(paper)).split())


@pytest.fixture
def assessment(cast):
    edition = make_edition(3)
    make_clause(edition, "Q1", "Q3", identifier="A.5.9", full={"Q1"})
    make_clause(edition, "Q2", identifier="A.5.10")
    make_clause(edition, identifier="A.5.11")
    assessment = make_assessment(cast.acme, cast.ada, edition)
    first = assessment.answers.get(question__key="Q1")
    attach(first, make_link(cast.acme, cast.ada, "Asset list"))
    assessment.answers.filter(question__key="Q1").update(verdict="met")
    assessment.answers.filter(question__key="Q2").update(applies=False)
    return assessment


def test_annex_lists_each_clause_with_its_answers_and_evidence(assessment):
    text = text_of(read(assessment.pk, 1, ANNEX))
    assert "Annex A Evidence by framework clause" in text
    assert "Questions of this checklist help to show 2 of 3 clauses." in text
    row = text[text.rindex("Owner", 0, text.index("A.5.9")) :]
    assert "A.5.9 most of it Q1 Duty 1 Met E-1 Asset list" in row
    assert "A.5.9 a part Q3 Duty 3 Unanswered" in row
    assert "A.5.10" not in text


def test_annex_is_there_only_where_it_is_asked_for(assessment):
    paper = read(assessment.pk, 1)
    assert paper.frameworks == ()
    assert "Evidence by framework clause" not in html_of(paper)


@pytest.mark.parametrize("kind", ["full", "summary", "evidence", "changes"])
def test_annex_stands_before_the_other_annexes(kind):
    wanted = ReportOptions(kind=kind, clauses=True)
    at = wanted.parts.index("clauses")
    assert set(wanted.parts[at + 1 :]) <= {"trail", "check"}
    assert set(wanted.parts) - {"clauses"} == set(ReportOptions(kind=kind).parts)


def test_content_hash_does_not_know_of_the_annex(assessment):
    papers = [read(assessment.pk, 1, wanted) for wanted in (ReportOptions(), ANNEX)]
    assert papers[0].content.content_hash == papers[1].content.content_hash


def test_form_asks_and_trail_shows(assessment, cast, sign_in):
    client = sign_in(cast.ada)
    url = reverse("reports:ask", args=["acme", assessment.pk])
    assert 'name="clauses"' in client.get(url).text
    client.post(url, {"clauses": "on"})
    report = Report.objects.get()
    assert report.clauses
    assert report.wanted == ANNEX
    event = Event.objects.filter(action="report.asked").get()
    assert '"clauses":true' in event.payload.replace(" ", "")
    client.post(url, {})
    assert not Report.objects.first().clauses


def test_hostile_names_stay_text():
    name = "<b>ISO</b> & “x”"
    clause = Clause("<i>1</i>", "<u>0</u>", ("Q1",), frozenset())
    lines = [make_line("Q1", title="<s>T</s>", proofs=(make_proof(title="<p>P</p>"),))]
    paper = make_paper(make_content(lines, proofs=lines[0].proofs))
    html = html_of(replace(paper, wanted=ANNEX, frameworks=(Mapped(name, 9, (clause,)),)))
    for tag in ("<b>ISO", "<i>1", "<u>0", "<s>", "<p>P"):
        assert tag not in html


def levels(said):
    """The ratings of a question, by the label of each choice."""
    return ratings_of((label, label, rating) for label, rating in said.items())


def rated_paper(verdict="not_met"):
    rows = [
        make_line("Q1", verdict="not_met"),
        make_line("Q2", verdict=verdict, value="Mainly theirs"),
    ]
    ratings = {
        "Q2": levels(
            {
                "Mainly theirs": {"level": 1, "points": 41.67},
                "Ours": {"level": 4, "points": 200},
            }
        )
    }
    marks = {"Q2": Mark(force.Force.PROCUREMENT)}
    return replace(make_paper(make_content(rows)), marks=marks, ratings=ratings)


def test_rating_is_shown_as_level_and_points_beside_the_verdict_of_the_data():
    text = text_of(rated_paper())
    assert "Level 1, 41.67 of 200 points" in text
    assert text.count("Level 1") == 1
    html = html_of(rated_paper())
    answer = html[html.index('id="q-') :]
    assert answer.count('class="v v-not_met"') == 1
    pattern = r'<p class="verd">\s*<span\s+class="([^"]*)"\s*>([^<]*)</span>\s*</p>'
    said = re.findall(pattern, answer)
    assert said == [("v v-not_met", "Not met"), ("v v-below", "Not met")]


def test_sections_are_counted_apart_with_points():
    text = text_of(rated_paper())
    law = text.index("Law that binds on")
    rated = text.index("Recommended practice: no law demands it")
    assert law < rated
    assert "41.67 / 200" in text[rated:]
    assert "Points" not in text[law:rated]
    assert "(0 met, 0 partly, 1 not met, 0 N/A, 0 unanswered; rated, no breach:" in text


def test_sections_of_one_title_are_counted_apart():
    rows = [make_line(f"Q{n}", value=value) for n, value in enumerate("ab")]
    said = levels({v: {"level": 1, "points": p} for v, p in (("a", 10), ("b", 30))})
    sections = tuple(Section(n, "General", (row,)) for n, row in enumerate(rows, 1))
    paper = replace(
        make_paper(replace(make_content(rows), sections=sections)),
        marks=dict.fromkeys(("Q0", "Q1"), Mark(force.Force.STANDARD)),
        ratings=dict.fromkeys(("Q0", "Q1"), said),
    )
    text = text_of(paper)
    assert text.count("10 / 30") == text.count("30 / 30") == 1


def test_what_does_not_apply_to_somebody_adds_no_points():
    assert "0 / 200" in text_of(rated_paper("na"))


def test_numbers_follow_the_language():
    paper = rated_paper()
    text = text_of(replace(paper, wanted=ReportOptions(language="de")))
    assert "41,67" in text
    assert "41.67" not in text


def test_paper_of_law_alone_has_one_table():
    assert len(re.findall('class="sections"', html_of(make_paper(make_content())))) == 1


def test_contested_level_is_shown_with_both_readings():
    paper = rated_paper()
    said = {"level": 1, "points": 50, "contested": "So.", "higher": 3}
    contested = {"Q2": levels({"Mainly theirs": said})}
    text = text_of(replace(paper, ratings=contested))
    said = "Level 1, 50 of 50 points; contested: other sources say level 3, the lower counts"
    assert said in text
