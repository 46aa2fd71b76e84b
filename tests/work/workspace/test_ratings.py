"""Ratings apart from breaches: rows, sections, counts, filters, and the list of assessments."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.assurance.reviews.actions import send
from compliance.assurance.reviews.issue_links import led
from compliance.assurance.reviews.queries import desk_of
from compliance.assurance.reviews.signing_statement import statement
from compliance.content.checklists.rating import rated, ratings_of, summed
from compliance.models import Citation, Instrument
from compliance.work.workspace import lists, overview
from compliance.work.workspace.points import points_of
from tests.proof.audit.tampering import Guardless
from tests.support.factories import (
    make_assessment,
    make_clause,
    make_draft,
    make_provision,
    publish,
    take_into_trail,
)

LEVELS = {"low": (0, 0), "mid": (2, 41.67), "top": (4, 100.0)}


@pytest.fixture
def assessment(cast):
    """Q1 is law, Q2 a yardstick, Q3 rated by a framework, Q4 as Q3 and in a second section."""
    draft = make_draft(4, sections=2)
    framework, law = make_provision("Frame 1"), make_provision("Act 1")
    values = {"key": "frame", "name": "Frame", "title": "Frame", "force": "framework"}
    framework.instrument = Instrument.objects.create(**values)
    framework.save()
    first = draft.sections.first()
    for question in draft.questions.order_by("position"):
        is_law = question.key in {"Q1", "Q2"}
        provision = law if is_law else framework
        Citation.objects.create(question=question, provision=provision, position=1)
        question.yardstick = question.key == "Q2"
        question.kind = "verdict" if is_law else "choice"
        if question.key == "Q3":
            question.section = first
        question.save()
        for at, (key, (level, given)) in enumerate(LEVELS.items()):
            if not is_law:
                verdict = "not_met" if key == "low" else "met"
                rating = {"level": level, "points": given}
                question.choices.create(key=key, label=key, verdict=verdict, rating=rating, position=at)
    return make_assessment(cast.acme, cast.ada, publish(draft))


def answered(assessment, key, verdict, value=None):
    assessment.answers.filter(question__key=key).update(verdict=verdict, value=value, reason="Why.")


@pytest.fixture
def low(assessment):
    for key in ("Q1", "Q2"):
        answered(assessment, key, "not_met")
    answered(assessment, "Q3", "not_met", "low")
    answered(assessment, "Q4", "met", "mid")
    return assessment


def view_of(assessment, cast):
    return overview.read(assessment, cast.ada.pk, date(2026, 11, 28))


def test_rating_of_an_answer_is_exact():
    said = {
        "a": {"level": 1, "points": 0.1},
        "b": {"level": 4, "points": 0.3},
        "d": None,
    }
    ratings = ratings_of((key, key.upper(), one) for key, one in said.items())
    one = rated(ratings, "a")
    assert (one.level, one.points, one.most) == (1, Decimal("0.1"), Decimal("0.3"))
    assert rated(ratings, "c") is rated(ratings, None) is rated(ratings, ["a"]) is None
    both = summed([(ratings, "a"), (ratings, "b"), (ratings, None)])
    assert (both.given, both.most) == (Decimal("0.4"), Decimal("0.9"))


def test_counts_of_law_and_of_ratings_are_two(low, cast):
    view = view_of(low, cast)
    assert (view.law.total, view.law.not_met) == (1, 1)
    assert (view.rated.total, view.rated.not_met, view.rated.met) == (3, 0, 1)
    assert view.rated.below == 2
    assert view.sections[0].bar.tones == ["below", "not_met"]
    assert view.strip.tones == ["not_met", "below", "met"]
    assert (view.tally.total, view.tally.answered) == (4, 4)
    assert [row.key for row in view.matching("not-met")] == ["Q1"]
    assert [row.key for row in view.matching("rated-not-met")] == ["Q2", "Q3"]


def test_points_are_summed_by_section_and_not_for_who_is_exempt(low):
    first, second = points_of(low).values()
    assert (first.given, first.most) == (Decimal(0), Decimal("100.0"))
    assert (second.given, second.most) == (Decimal("41.67"), Decimal("100.0"))
    answered(low, "Q4", "na", "mid")
    assert [part.given for part in points_of(low).values()] == [0, 0]
    low.answers.filter(question__key="Q4").update(applies=False)
    assert len(points_of(low)) == 1


def text(page):
    return " ".join(page.text.split())


def test_workspace_shows_level_and_points_and_no_red_word_for_a_rating(low, cast, sign_in):
    page = text(sign_in(cast.con).get(low.get_absolute_url()))
    assert "Level 0" in page
    assert "0 of 100 points" in page
    assert "Level 2" in page
    assert "41.67 of 100 points" in page
    assert "1 of 1 answered · 41.67 of 100 points" in page
    assert "3 of 3 answered · 0 of 100 points" in page
    assert "0 met · 0 partly · 1 not met · 0 N/A" in page
    assert "Rated, no breach: 1 met · 0 partly · 2 below · 0 N/A" in page
    assert 'class="verdict v-notmet"' not in page


def test_save_answers_with_level_and_points(low, cast, sign_in):
    answer = low.answers.get(question__key="Q4")
    client = sign_in(cast.con)
    url = f"{low.get_absolute_url()}answers/{answer.pk}/save/"
    sent = {"base": answer.version, "value": "top"}
    page = text(client.post(url, sent, headers={"HX-Request": "true"}))
    assert "Level 4" in page
    assert "1 of 1 answered · 100 of 100 points" in page


def test_points_cost_nothing_where_nothing_is_rated(cast, sign_in):
    plain = make_assessment(cast.acme, cast.ada)
    client = sign_in(cast.con)
    client.get(plain.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        client.get(plain.get_absolute_url())
    assert not any('"rating" IS NOT NULL' in one["sql"] for one in queries)


def test_list_of_assessments_counts_law_alone_as_not_met(low, cast, sign_in):
    (one,) = lists.standing(lists.listed(cast.acme), date(2026, 11, 28), cast.ada.pk)
    assert (one.law.not_met, one.rated.below, one.tally.total) == (1, 2, 4)
    assert one.chief == one.law
    page = text(sign_in(cast.ada).get(reverse("home:home", args=["acme"])))
    assert "1 not met · 2 rated below" in page


def test_assessment_without_law_shows_its_ratings(low, cast):
    low.answers.filter(question__key="Q1").update(applies=False)
    (one,) = lists.standing(lists.listed(cast.acme), date(2026, 11, 28), cast.ada.pk)
    assert one.chief == one.rated


def test_review_asks_for_an_action_where_law_is_not_met_and_nowhere_else(low, cast):
    about = {one.about: one for one in desk_of(low).points(None)}
    assert (about["no-action"].blocks, about["no-action"].keys) == (True, ("Q1",))
    assert (about["below"].blocks, about["below"].keys) == (False, ("Q2", "Q3"))
    (lead,) = led(desk_of(low), [about["below"]], cast.ada.pk, checks=False)
    assert lead.url.endswith("?show=rated-not-met")


def test_assessment_whose_ratings_are_below_goes_to_review_without_an_action(low, cast):
    answered(low, "Q1", "met")
    take_into_trail(cast.acme)
    send(by=cast.ada, assessment=low)
    low.refresh_from_db()
    assert low.status == "review"


def test_statement_names_ratings_apart(low):
    desk = desk_of(low)
    said = statement(desk.content, desk.at, desk.rated)
    assert "One requirement is stated as not met. Two ratings are below" in said


def test_rating_is_no_red_word_on_any_page_with_its_verdict(low, cast, sign_in):
    """The word of the verdict, in the mark of a gap."""
    client = sign_in(cast.ada)
    url = low.get_absolute_url()
    page = client.get(f"{url}assign/?show=rated-not-met").text
    assert page.count('class="verdict v-below"') == 2
    assert 'class="verdict v-notmet"' not in page
    make_clause(low.edition, "Q1", "Q2", "Q3")
    page = client.get(reverse("results:framework", args=["acme", "iso-27001"])).text
    assert page.count('class="verdict v-below"') == 2
    assert page.count('class="verdict v-notmet"') == 1


def test_row_shows_a_contested_level_with_both_readings(low, cast, sign_in):
    choice = low.answers.get(question__key="Q4").question.choices.get(key="mid")
    choice.rating |= {"contested": "Two tables differ.", "higher": 3}
    with Guardless():
        choice.save()
    page = text(sign_in(cast.con).get(low.get_absolute_url()))
    assert "Level 2, contested: or 3" in page
