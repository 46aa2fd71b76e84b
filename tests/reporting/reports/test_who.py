"""On paper: the person who answered, and apart from it the last one to change it."""

from datetime import date, timedelta

import pytest

from compliance.reporting.reports.html import html_of
from tests.reporting.reports.papers import AT, make_content, make_line, make_paper
from tests.reporting.reports.test_html import unisolated, words_of


def test_moment_of_another_is_not_that_of_who_said_not_applicable():
    line = make_line("Q1", verdict="na", reason="None.", na_by="Con", answered_by="Ada")
    words = words_of(html_of(make_paper(make_content([line]))))
    chapter = unisolated(words[words.index("Decided and confirmed by") :])
    assert "Con No second person yet" in " ".join(chapter.split())


@pytest.mark.parametrize(
    ("fields", "said", "unsaid"),
    [
        ({}, ["Answered by Con Tributor, 22 Dec 2026."], ["Last changed by"]),
        (
            {"changed_by": "Otto", "changed_at": AT + timedelta(days=2)},
            ["Answered by Con Tributor, 22 Dec", "Last changed by Otto, 24 Dec 2026."],
            [],
        ),
        (
            {"verdict": "unanswered", "answered_by": "", "answered_at": None},
            ["Last changed by Con Tributor, 22 Dec 2026."],
            ["Answered by"],
        ),
        (
            {"verdict": "later", "later_until": date(2027, 2, 1)},
            ["Put off by Con Tributor, 22 Dec 2026."],
            ["Answered by"],
        ),
    ],
)
def test_question_names_who_answered_and_apart_from_it_who_changed_it(fields, said, unsaid):
    content = make_content([make_line(**fields)])
    words = unisolated(" ".join(words_of(html_of(make_paper(content))).split()))
    for text in said:
        assert text in words
    for text in unsaid:
        assert text not in words
