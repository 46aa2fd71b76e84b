"""Kinds of report: what each consists of, and what an extract leaves out."""

import re
from dataclasses import replace

import pytest

from compliance.reporting.reports.choices import Extract, ReportKind
from compliance.reporting.reports.html import FEW, html_of
from compliance.reporting.reports.kinds import PARTS, ReportOptions, numbered
from tests.reporting.reports.papers import make_content, make_full_paper, make_line, make_paper


def printed(paper, **wanted):
    html = html_of(replace(paper, wanted=ReportOptions(**wanted)))
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize("kind", ReportKind.values)
def test_every_link_of_a_kind_leads_somewhere_in_it(kind):
    html = html_of(replace(make_full_paper(), wanted=ReportOptions(kind)))
    places = set(re.findall(r'\bid="([^"]+)"', html))
    links = set(re.findall(r'href="#([^"]+)"', html))
    assert links - places == set()


@pytest.mark.parametrize("kind", ReportKind.values)
def test_every_kind_has_its_chapters_in_contents_and_the_hash_at_the_end(kind):
    paper = make_full_paper()
    html = html_of(replace(paper, wanted=ReportOptions(kind)))
    headings = re.findall(r'<h2 id="([^"]+)"', html)
    is_long = len(PARTS[kind]) > FEW
    assert headings == [*(["contents"] if is_long else []), *PARTS[kind]]
    assert paper.hash_groups[7] in html


@pytest.mark.parametrize("kind", ReportKind.values)
def test_every_kind_but_the_board_report_says_whether_it_is_whole(kind):
    html = html_of(replace(make_full_paper(), wanted=ReportOptions(kind)))
    words = ("Complete assessment.", "One view of the assessment.")
    said = sum(html.count(f"<strong>{word}</strong>") for word in words)
    assert said == (kind != ReportKind.BOARD)


def test_chapters_are_numbered_and_annexes_lettered():
    assert numbered(("summary", "scope", "trail", "check")) == [
        ("summary", "1"),
        ("scope", "2"),
        ("trail", "A"),
        ("check", "B"),
    ]


def test_kinds_share_one_content_hash():
    paper = make_full_paper()
    hashes = {replace(paper, wanted=ReportOptions(kind)).content.content_hash for kind in ReportKind.values}
    assert len(hashes) == 1


def test_extract_has_only_its_questions_and_says_so_on_every_page():
    lines = [
        make_line("Q1", verdict="not_met", note="Gap."),
        make_line("Q2", verdict="met", note="Fine."),
    ]
    paper = make_paper(make_content(lines))
    words = printed(paper, extract=Extract.NOT_MET)
    assert "Gap." in words
    assert "Fine." not in words
    assert "Extract: only not met and partly met, 1 of 2 questions" in words
    assert "Extract, not the whole assessment." in words
    html = html_of(replace(paper, wanted=ReportOptions(extract=Extract.NOT_MET)))
    assert 'data-mark="Confidential · DRAFT, not signed · Extract: only not met' in html


def test_extract_leaves_the_numbers_alone():
    lines = [make_line("Q1", verdict="not_met"), make_line("Q2", verdict="met")]
    paper = make_paper(make_content(lines))
    for extract in Extract.values:
        assert "1 / 2 duties met, of those that bind 1 not met" in (printed(paper, extract=extract))


@pytest.mark.parametrize(
    ("extract", "kept"),
    [
        (Extract.NOT_MET, ["N", "P"]),
        (Extract.OPEN, ["U", "D"]),
        (Extract.NO_EVIDENCE, ["M", "P"]),
    ],
)
def test_extract_keeps_what_its_name_says(extract, kept):
    verdicts = {"N": "not_met", "P": "partly", "U": "unanswered", "D": "dont_know"}
    lines = [make_line(key, verdict=said) for key, said in verdicts.items()]
    lines.append(make_line("M", verdict="met"))
    paper = replace(make_paper(make_content(lines)), wanted=ReportOptions(extract=extract))
    assert sorted(line.key for line in paper.detailed) == sorted(kept)


def test_statement_of_applicability_names_every_question():
    paper = make_full_paper()
    words = printed(paper, kind=ReportKind.APPLICABILITY)
    for line in paper.content.lines:
        assert re.search(rf"\b{line.key}\b", words)


def test_changes_without_an_earlier_assessment_say_so():
    words = printed(make_paper(), kind=ReportKind.CHANGES)
    assert "there is nothing to compare" in words
