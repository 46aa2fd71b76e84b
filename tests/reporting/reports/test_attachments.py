"""The files that a report carries inside."""

import hashlib
import json

import pikepdf
import pytest
from django.core.management import call_command

from compliance.reporting.reports.attachments import attachments_of, laid_out
from compliance.reporting.reports.html import html_of, stylesheet
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.pdf_engine import render
from tests.assurance.bundles.report_data import make_full_paper_with_trail
from tests.reporting.reports.papers import make_paper
from tests.support.factories import make_assessment

NAMES = ["assessment.json", "answers.csv", "assessment-results.json"]


def test_source_comes_with_two_forms_of_its_data():
    carried = attachments_of(make_full_paper_with_trail())
    assert [file.name for file in carried] == NAMES
    assert [file.relationship for file in carried] == ["Source", "Data", "Data"]
    files = json.loads(carried[0].content)["files"]
    assert files == {file.name: hashlib.sha256(file.content).hexdigest() for file in carried[1:]}


def test_report_of_a_part_holds_no_more_than_its_pages():
    for wanted in (ReportOptions("summary"), ReportOptions(extract="open")):
        paper = make_full_paper_with_trail(wanted=wanted)
        [source] = attachments_of(paper)
        value = json.loads(source.content)
        assert (value["content"], value["trail"]["entries"]) == (None, [])
        assert value["content_hash"] == paper.content.content_hash
        assert b"No such system." not in source.content


@pytest.mark.parametrize("language", ["en", "de"])
def test_board_report_carries_the_figures_of_its_pages(language):
    wanted = ReportOptions("board", language)
    paper = make_full_paper_with_trail(wanted=wanted)
    source, board = attachments_of(paper)
    digest = hashlib.sha256(board.content).hexdigest()
    assert json.loads(source.content)["files"] == {"board.json": digest}
    values = json.loads(board.content)
    assert values["content_hash"] == paper.content.content_hash
    html = html_of(paper)
    assert values["tiles"]
    assert all(text[:20] in html for tile in values["tiles"] for text in tile[:1])
    assert [row["key"] for row in values["duties"]["rows"]]


@pytest.mark.slow
def test_same_report_gives_the_same_bytes_before_it_is_sealed(tmp_path):
    def made(name):
        paper = make_paper()
        folder = tmp_path / name
        folder.mkdir()
        files = laid_out(attachments_of(paper), folder)
        path = tmp_path / f"{name}.pdf"
        render([html_of(paper)], stylesheet(), path, lambda *step: None, files)
        return path.read_bytes()

    assert made("one") == made("two")


@pytest.mark.slow
@pytest.mark.django_db
def test_made_report_carries_what_its_assessment_says(cast, tmp_path):
    assessment = make_assessment(cast.acme, cast.ada)
    path = tmp_path / "out.pdf"
    call_command("report", str(assessment.pk), output=path)
    with pikepdf.open(path) as pdf:
        assert sorted(pdf.attachments) == sorted(NAMES)
        source = json.loads(pdf.attachments["assessment.json"].get_file().read_bytes())
    report = assessment.reports.get()
    assert source["content_hash"] == report.content_hash
    assert source["report"]["assessment"] == str(assessment.pk)
    entries = source["trail"]["entries"]
    assert [entry["action"] for entry in entries] == ["report.asked"]
    assert entries[-1]["hash"] == source["trail"]["hash"]
