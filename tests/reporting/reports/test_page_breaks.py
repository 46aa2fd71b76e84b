"""Where pages end: no row stands alone, and the page to be kept is one page."""

from dataclasses import replace

import pytest

from compliance.assurance.reviews.signatures import Signature
from compliance.assurance.reviews.signing_statement import statement
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import pieces_of, stylesheet
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.pdf_engine import render
from tests.reporting.reports.looked_at import text_of
from tests.reporting.reports.papers import AT, make_content, make_line, make_paper
from tests.reporting.reports.test_board import make_task

pytestmark = pytest.mark.slow


def pages_of(paper, path):
    render(pieces_of(paper), stylesheet(), path, lambda *step: None)
    return [page.replace("\xa0", " ") for page in text_of(path)]


def signed(paper):
    signature = Signature(
        revision=1,
        edition="2026.1",
        content_hash=paper.content.content_hash,
        statement=statement(paper.content, AT, paper.rated_keys),
        reservations="Audits of processors of the year could not be made up for.",
        role="Data protection officer",
        signer="Irena Kowalska",
        signed_by_id=1,
        signed_at=AT,
        stood_at=AT,
        method="password",
        chain="",
        there="",
        trail_seq=7,
        trail_hash="cd" * 32,
        sender="Bruno Maier",
        sent_at=AT,
        reopened_at=None,
        reopened_why="",
        reopened_asked="",
        reopened_by="",
        void=(),
        void_since=None,
    )
    return replace(paper, signature=signature, signatures=(signature,))


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_page_to_be_kept_is_one_page(language, tmp_path):
    lines = [make_line("Q1", verdict="not_met"), make_line("Q2")]
    wanted = ReportOptions(ReportKind.EVIDENCE, language)
    paper = signed(make_paper(make_content(lines), wanted=wanted))
    *_, kept = pages_of(paper, tmp_path / "report.pdf")
    assert paper.hash_groups[0] in kept
    assert "Attest 1.0" in kept


@pytest.mark.parametrize("count", range(34, 38))
def test_no_row_of_a_table_stands_alone_on_a_page(count, tmp_path):
    tasks = tuple(make_task(number) for number in range(1, count + 1))
    wanted = ReportOptions(ReportKind.ACTIONS)
    paper = make_paper(make_content([make_line()], tasks=tasks), wanted=wanted)
    pages = pages_of(paper, tmp_path / "report.pdf")
    named = [sum(f"AC-{task.number} " in page for task in tasks) for page in pages]
    assert sum(named) == count
    assert 1 not in named
