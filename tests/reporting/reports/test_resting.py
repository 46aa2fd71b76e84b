"""The report of an assessment that rests on another one shows the answers of that one."""

import re

import pytest

from compliance.assurance.bundles import answers as table
from compliance.assurance.bundles import oscal_results as results
from compliance.assurance.reviews import actions
from compliance.reporting.reports.html import html_of
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.queries import read
from compliance.work.assessments import actions as answering
from tests.support.factories import make_assessment
from tests.support.resting_assessments import resting
from tests.support.signing import answer, fresh, link, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(cast):
    whole, here = resting(cast.acme, cast.ada)
    answer(cast.con, whole, "Q1", verdict="na", reason="We have none.")
    answer(cast.con, whole, "Q2", verdict="not_met")
    row = whole.answers.get(question__key="Q2")
    answering.attach(by=cast.con, answer=row, evidence=link(cast))
    for key in ("Q3", "Q4"):
        answer(cast.con, here, key, verdict="met")
    return whole, here


def printed(assessment, **wanted):
    html = html_of(read(assessment.pk, 1, **wanted))
    return " ".join(
        re.sub(r"<[^>]+>", " ", html)
        .replace("\u2068", "")
        .replace("\u200b", "")
        .replace("\u2069", "")
        .split()
    )


def test_report_shows_each_answer_and_counts_it_nowhere(place):
    _, here = place
    said = printed(here)
    assert "2 / 2 duties met, of those that bind" in said
    assert "In the assessment of Acme" in said
    assert "2 of 2 answered, 0 met, 0 partly, 1 not met, not applicable 1, open 0." in said
    assert "It is not signed." in said
    assert "N/A. We have none." in said
    assert "https://intranet.example.org/policy" in said
    assert "Questions that do not apply, with the rule and the facts that decided: 0." in said


def test_report_of_one_that_rests_on_nothing_has_no_word_of_it(cast):
    assert "Answered once for" not in printed(make_assessment(cast.acme, cast.ada))


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "In der Prüfung von Acme"), ("fr", "valuation de Acme")],
)
def test_report_says_it_in_other_languages(place, language, words):
    said = printed(place[1], wanted=ReportOptions(language=language))
    assert words in said
    assert "rests on" not in said
    assert "Answered" not in said


def test_report_of_a_signed_one_shows_what_was_signed_and_what_changed_since(place, cast):
    whole, here = place
    actions.send(by=cast.otto, assessment=fresh(here))
    sign(cast.rev, fresh(here))
    before = printed(here)
    assert "Changed there since" not in before
    answer(cast.con, whole, "Q2", verdict="met")
    said = printed(here)
    assert "1 not met, not applicable 1" in said
    assert said.count("Changed there since") == 1
    paper = read(here.pk, 1)
    assert paper.signature is not None
    assert not paper.signature.is_void


def test_files_beside_the_report_say_it_too(place):
    record = read(place[1].pk, 1).record
    rows = table.written(record.content).decode()
    assert "N/A\nWe have none." in rows
    found = results.written(record).decode()
    assert "Not met." in found
    assert '"fail"' in found
