"""Going from answer to answer costs what one answer costs, and shows what stands."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.assurance.reviews import actions, review_queue
from compliance.content.evidence.actions import describe
from compliance.models import Assessment, Check
from compliance.work.discussion.actions import comment
from tests.support import factories, signing
from tests.support.costs import work_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST_STATEMENTS = 46


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def sent(cast):
    return signing.make_sent(cast)


def make_sent(cast, questions):
    """In review with many answers that nobody here prepared."""
    edition = factories.make_edition(questions, 4)
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    assessment.answers.update(verdict="met", note="Done.")
    actions.send(by=cast.otto, assessment=assessment)
    return Assessment.objects.for_page().get(pk=assessment.pk)


def page_of(client, assessment, query="?why=all"):
    address = reverse("reviews:check", args=["acme", assessment.pk])
    return client.get(f"{address}{query}")


def step(client, page, **words):
    """Says yes to what the page shows, and comes to the next one."""
    seen = re.search(r'name="seen" value="(\w+)"', page.text)[1]
    save = re.search(r'action="([^"]+/check/\d+/[^"]*)"', page.text)[1]
    data = {"seen": seen, "result": "accepted"} | words
    return client.post(save.replace("&amp;", "&"), data, follow=True)


def test_step_makes_the_same_statements_for_many_questions(cast, sign_in):
    client, costs = sign_in(cast.rev), []
    for questions in (12, 60):
        page = page_of(client, make_sent(cast, questions))
        page = step(client, page)
        with CaptureQueriesContext(connection) as found:
            page = step(client, page)
        assert page.context["place"] == 3
        costs.append(len(found))
    assert costs[0] == costs[1] <= MOST_STATEMENTS


@pytest.mark.parametrize("many", [300, pytest.param(900, marks=pytest.mark.long)])
def test_step_takes_the_same_work_for_many_questions(cast, sign_in, many):
    client, costs = sign_in(cast.rev), []
    for questions in (30, many):
        page = step(client, page_of(client, make_sent(cast, questions)))
        page = step(client, page)
        costs.append(work_of(lambda at=page: step(client, at)))
    assert costs[1] < 1.6 * costs[0], costs


def test_way_is_read_once_for_many_steps(cast, sign_in, sent, monkeypatch):
    read = []
    way = review_queue._way
    monkeypatch.setattr(review_queue, "_way", lambda here: read.append(1) or way(here))
    page = page_of(sign_in(cast.rev), sent)
    for _ in range(3):
        page = step(sign_in(cast.rev), page)
    assert (len(read), Check.objects.count()) == (1, 3)
    assert "all looked at" in page.text


def test_comment_is_shown_at_once(cast, sign_in, sent):
    client = sign_in(cast.rev)
    page_of(client, sent)
    answer = sent.answers.get(question__key="Q1")
    comment(by=cast.con, answer=answer, text="A word more.")
    assert "A word more." in page_of(client, sent, "?why=all&at=Q1").text


def test_evidence_that_was_described_anew_is_to_be_looked_at_again(cast, sign_in, sent):
    client = sign_in(cast.rev)
    page = step(client, page_of(client, sent, "?why=all&at=Q1"))
    assert page.context["left"] == 2
    proof = sent.answers.get(question__key="Q1").attachments.get().evidence
    describe(by=cast.con, evidence=proof, title="The other list")
    page = page_of(client, sent, "?why=all&at=Q1")
    assert (page.context["left"], page.context["last"]) == (3, None)
    assert "The other list" in page.text


def test_answer_changed_below_the_program_is_shown_and_not_taken_for_checked(cast, sign_in, sent):
    client = sign_in(cast.rev)
    step(client, page_of(client, sent, "?why=all&at=Q1"))
    sent.answers.filter(question__key="Q1").update(note="Other words.")
    page = page_of(client, sent, "?why=all&at=Q1")
    assert "Other words." in page.text
    assert page.context["last"] is None


def test_next_review_has_a_way_of_its_own(cast, sign_in, sent):
    client = sign_in(cast.rev)
    page = page_of(client, sent, "?why=all&at=Q1")
    step(client, page, result="returned", reason="Which list?")
    actions.return_for_changes(by=cast.rev, assessment=sent)
    here = signing.fresh(sent)
    signing.answer(cast.con, here, "Q1", verdict="met", note="The list of May.")
    actions.send(by=cast.otto, assessment=here)
    page = page_of(client, here, "?why=all&at=Q1")
    assert "The list of May." in page.text
    assert (page.context["left"], page.context["last"]) == (3, None)
