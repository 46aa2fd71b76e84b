"""A question on a scale is a rating, whatever it cites: one rule on every page and paper."""

from datetime import date

import pytest
from django.urls import reverse

from compliance.assurance.reviews.actions import send
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.signing_statement import statement
from compliance.content.checklists.force import marks_of, rates
from compliance.models import Answer, Citation, Instrument
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.queries import read
from compliance.reporting.results import queries
from compliance.work.assessments.models import read_marks
from compliance.work.remediation.suggesting import asking
from compliance.work.workspace import lists, overview
from compliance.work.workspace.counts import counted
from tests.proof.audit.tampering import Guardless
from tests.support.factories import (
    make_assessment,
    make_provision,
    make_scaled_edition,
    take_into_trail,
)

TODAY = date(2026, 11, 28)
SCALED = ["Q1", "Q2", "Q3"]


@pytest.fixture(params=["", "law", "framework"])
def assessment(request, cast):
    """Q1 to Q3 are on a scale and cite nothing, law or a framework; Q4 is a duty of law.

    Q1 is below, Q4 met; another group of the scale has the key of the duty.
    """
    edition = make_scaled_edition()
    edition.scales[0]["groups"][0]["key"] = "Q4"
    cited = {"Q4": "law"}
    if request.param:
        cited |= dict.fromkeys(SCALED, request.param)
    with Guardless():
        edition.save()
        for key, force in cited.items():
            row = make_provision(f"{force} {key}")
            values = {"name": force, "title": force, "force": force}
            row.instrument, _ = Instrument.objects.get_or_create(key=force, defaults=values)
            row.save()
            asked = edition.questions.get(key=key)
            Citation.objects.create(question=asked, provision=row, position=1)
    one = make_assessment(cast.acme, cast.ada, edition)
    said = {"Q1": ("not_met", "c0"), "Q2": ("met", "c2"), "Q3": ("met", "c1")}
    for answer in one.answers.all():
        answer.verdict, answer.value = said.get(answer.question.key, ("met", None))
        answer.reason = "Why."
        answer.save()
    return one


def test_every_reader_says_that_it_rates(assessment):
    edition = assessment.edition
    wanted = dict.fromkeys(SCALED, True) | {"Q4": False}
    assert {k: mark.is_rating for k, mark in marks_of(edition).items()} == wanted
    for editions in (None, [edition, make_scaled_edition()]):
        rows = assessment.answers.annotate(rates=rates(editions))
        assert dict(rows.values_list("question__key", "rates")) == wanted
    for answers in (assessment.answers.for_page(), list(assessment.answers.all())):
        found = {one.question.key: one.mark for one in answers}
        assert found == marks_of(edition)
    together = list(Answer.objects.select_related("question"))
    read_marks(together)
    assert {one.question.key: one.mark.is_rating for one in together} == wanted


def test_counts_and_filters_say_below(assessment, cast):
    view = overview.read(assessment, cast.ada.pk, TODAY)
    assert (view.law.not_met, view.rated.below) == (0, 1)
    assert view.matching("not-met") == []
    assert [row.key for row in view.matching("rated-not-met")] == ["Q1"]
    (state,) = lists.standing(lists.listed(cast.acme), TODAY, cast.ada.pk)
    assert (state.law.total, state.rated.total, state.rated.below) == (1, 3, 1)
    answer = assessment.answers.get(question__key="Q1")
    tally = counted(answer, TODAY).section.tally
    assert (tally.not_met, tally.below, answer.counted) == (0, 1, "below")


def test_review_asks_for_no_action_and_the_statement_names_a_rating(assessment, cast):
    desk = desk_of(assessment)
    about = {one.about: one for one in desk.points(None)}
    assert (about["below"].blocks, about["below"].keys) == (False, ("Q1",))
    assert not about["no-action"].blocks
    assert asking(assessment, list(desk.answers.values()), TODAY) == []
    said = statement(desk.content, desk.at, desk.rated)
    assert "No requirements are stated as not met. One rating is below what is asked." in said
    take_into_trail(cast.acme)
    send(by=cast.ada, assessment=assessment)
    assessment.refresh_from_db()
    assert assessment.status == "review"


def test_report_and_results_count_the_same(assessment):
    paper = read(assessment.pk, 1)
    assert [line.key for line in paper.below] == ["Q1"]
    assert (paper.gaps, paper.tally.not_met, paper.tally.below) == ([], 0, 1)
    result = queries.read(assessment, TODAY)
    for law in (paper.result.law, result.law):
        assert (law.counts.total, law.counts.not_met, law.practice.total) == (1, 0, 0)
    assert paper.practice_points == {}
    assert '<span class="tag"></span>' not in html_of(paper)


def test_pages_name_what_sets_the_level(assessment, cast, sign_in):
    sources = {mark.force for mark in marks_of(assessment.edition).values()}
    says = "Recommended by a framework" if "framework" in sources else "Rated on a scale"
    client = sign_in(cast.ada)
    edition = reverse("checklists:detail", args=["acme", assessment.edition_id])
    for url in (edition, assessment.get_absolute_url()):
        assert client.get(url).text.count(says) == 3


def test_points_of_a_section_leave_a_scale_out(assessment):
    edition = assessment.edition
    with Guardless():
        edition.questions.filter(key="Q4").update(yardstick=True, kind="choice")
        edition.questions.get(key="Q4").choices.create(
            key="c0",
            label="All",
            verdict="met",
            rating={"level": 0, "points": 7},
            position=0,
        )
    assessment.answers.filter(question__key="Q4").update(value="c0")
    (points,) = read(assessment.pk, 1).practice_points.values()
    assert (points.given, points.most) == (7, 7)
