"""How far questions bind: on the page of an edition, in the list, and on paper."""

from dataclasses import replace

import pytest
from django.urls import reverse

from compliance.content.checklists import force
from compliance.content.checklists.force import Mark
from compliance.models import Citation, Instrument
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read
from tests.reporting.reports.papers import make_content, make_line, make_paper
from tests.support.factories import (
    make_assessment,
    make_draft,
    make_provision,
    publish,
)

FRAMEWORK = Mark(force.Force.FRAMEWORK)
YARDSTICK = Mark(force.Force.LAW, is_yardstick=True)


def test_strongest_source_counts_and_law_is_the_strongest():
    assert force.strongest(["standard", "authority_guidance"]) == "authority_guidance"
    assert force.strongest(["framework", "law"]) == "law"
    assert force.strongest([]) is None


@pytest.mark.parametrize(
    ("mark", "words", "is_rating"),
    [
        (Mark(force.Force.LAW), "", False),
        (Mark(), "", False),
        (FRAMEWORK, "Recommended by a framework", True),
        (YARDSTICK, "Yardstick, no legal threshold", True),
    ],
)
def test_mark_says_what_law_does_not_demand(mark, words, is_rating):
    assert (mark.words, mark.is_rating) == (words, is_rating)


@pytest.fixture
def edition(db):
    """Q1 is law, Q2 a framework with guidance beside it, Q3 a yardstick of law."""
    draft = make_draft(3)
    asked = list(draft.questions.order_by("position"))
    provisions = {}
    for kind in ("law", "framework", "authority_guidance"):
        provisions[kind] = row = make_provision(f"{kind} 1")
        values = {"name": kind, "title": kind, "force": kind}
        row.instrument, _ = Instrument.objects.get_or_create(key=kind, defaults=values)
        row.save()
    cited = [
        (0, "law"),
        (0, "framework"),
        (1, "framework"),
        (1, "authority_guidance"),
        (2, "law"),
    ]
    Citation.objects.filter(question__in=asked).delete()
    for at, (place, kind) in enumerate(cited):
        Citation.objects.create(question=asked[place], provision=provisions[kind], position=at)
    asked[2].yardstick = True
    asked[2].save()
    return publish(draft)


def test_questions_of_an_edition_have_the_force_of_their_strongest_source(edition):
    found = force.marks_of(edition)
    assert [found[key].force for key in ("Q1", "Q2", "Q3")] == [
        "law",
        "authority_guidance",
        "law",
    ]
    assert [mark.is_rating for mark in found.values()].count(True) == 2


def test_page_of_the_edition_and_list_say_it(edition, cast, sign_in):
    client = sign_in(cast.ada)
    page = client.get(reverse("checklists:detail", args=["acme", edition.pk])).text
    assert page.count("Recommended by guidance of an authority") == 1
    assert page.count("Yardstick, no legal threshold") == 1
    assessment = make_assessment(cast.acme, cast.ada, edition)
    rows = client.get(assessment.get_absolute_url()).text
    assert rows.count("Recommended by guidance of an authority") == 1
    assert rows.count("Yardstick, no legal threshold") == 1


def test_report_knows_what_is_rated(edition, cast):
    assessment = make_assessment(cast.acme, cast.ada, edition)
    assessment.answers.update(verdict="not_met")
    paper = read(assessment.pk, 1)
    assert [line.key for line in paper.gaps] == ["Q1"]
    assert [line.key for line in paper.below] == ["Q2", "Q3"]
    assert (len(paper.gaps), len(paper.below)) == (1, 2)


def paper_of(marks):
    rows = [make_line(key, verdict="not_met") for key in ("Q1", "Q2")]
    return replace(make_paper(make_content(rows)), marks=marks)


def text_of(paper):
    return " ".join(html_of(paper).split())


def test_paper_counts_ratings_apart_from_breaches():
    text = text_of(paper_of({"Q2": YARDSTICK}))
    assert "duties met, of those that bind" in text
    assert "1 questions rate the organisation against guidance" in text
    assert "Rated below, and demanded by no law, most weight first" in text
    assert "Yardstick, no legal threshold" in text


def test_paper_without_law_says_that_nothing_binds():
    text = text_of(paper_of({"Q1": FRAMEWORK, "Q2": FRAMEWORK}))
    assert "duties met, of those that bind" not in text
    assert "met, of what is recommended" in text
    assert "binds since" not in text
    assert "No binding question" not in text
    assert text.count("Recommended by a framework") >= 2


def test_paper_of_law_alone_says_nothing_of_ratings():
    text = text_of(paper_of({}))
    assert "duties met, of those that bind" in text
    assert "rate the organisation" not in text
