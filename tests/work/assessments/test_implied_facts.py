"""Facts that follow from others, on the page of the facts and in what applies."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from compliance.work.assessments.actions import change_facts, start
from compliance.work.assessments.applying import Scope
from tests.support.factories import make_draft, publish

BECAUSE = "Whoever treats patients has data of their children."


@pytest.fixture
def edition(db):
    """Health data imply data of children; a reading of the law decides from when."""
    draft = make_draft(3)
    fact = draft.facts.get()
    fact.implies = [
        {
            "fact": "data",
            "value": "children",
            "when": {"data": "health"},
            "because": BECAUSE,
        },
        {
            "fact": "eu",
            "value": "yes",
            "when": {"data": "health"},
            "because": "It is so.",
        },
    ]
    fact.save()
    draft.facts.create(key="eu", label="EU", text="In the EU?", kind="yesno", position=2)
    draft.facts.create(
        key="view",
        label="Reading",
        text="Which reading?",
        kind="one",
        position=3,
        contested="The wording points to two days.",
        choices=[{"key": k, "label": k.title(), "help": ""} for k in ("soon", "late")],
    )
    draft.questions.filter(key="Q1").update(rule={"data": "children"}, applies_from=[])
    dates = [
        {"date": "2020-01-01", "when": {"view": "soon"}},
        {"date": "2090-01-01", "when": {"view": "late"}},
    ]
    draft.questions.filter(key="Q2").update(rule=None, applies_from=dates)
    return publish(draft)


def begun(cast, edition, facts):
    return start(
        by=cast.ada,
        organisation=cast.acme,
        edition=edition,
        subject="Clinic",
        period_from=date(2026, 1, 1),
        period_to=date(2026, 12, 31),
        facts=facts,
    )


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def count(client, edition, **facts):
    address = reverse("scoping:applies", args=["acme", edition.pk])
    return text_of(client.post(address, facts))


def test_page_says_what_follows_and_what_contradicts_it(edition, cast, sign_in):
    client = sign_in(cast.ada)
    text = count(client, edition, data="health")
    assert f"So Data is “ Data of children ”, too. {BECAUSE}" in text
    assert "So EU is “ Yes ”, too. It is so." in text
    assert "Contested 1, counted from the later day" in text
    text = count(client, edition, data="health", eu="no")
    assert "EU is answered with something other than “ Yes ”, which follows, so it counts as not" in text


def test_nothing_follows_from_other_answers(edition, cast, sign_in):
    assert "So Data is" not in count(sign_in(cast.ada), edition, data="children")


def test_question_applies_by_what_follows_and_says_so(edition, cast):
    assessment = begun(cast, edition, {"data": ["health"]})
    first = assessment.answers.get(question__key="Q1")
    assert first.applies
    reason = Scope.of_assessment(assessment).of(first.question).reason
    assert reason.endswith(f"Data is “Data of children”, too: {BECAUSE}")
    assert assessment.facts == {"data": ["health"]}


def test_contested_day_is_the_later_one_until_somebody_reads(edition, cast, sign_in):
    assessment = begun(cast, edition, {"data": []})
    second = assessment.answers.get(question__key="Q2")
    assert second.binds_from == date(2090, 1, 1)
    page = sign_in(cast.ada).get(f"{assessment.get_absolute_url()}?open={second.pk}")
    assert "Contested" in page.text
    assert "The wording points to two days." in page.text
    change_facts(by=cast.ada, assessment=assessment, facts={"view": ["soon"]})
    second.refresh_from_db()
    assert second.binds_from == date(2020, 1, 1)
