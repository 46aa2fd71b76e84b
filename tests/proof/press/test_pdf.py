"""The file: valid structure, readable text, nothing fetched, the same bytes twice."""

import dataclasses
import itertools
import re
import unicodedata

import pikepdf
import pypdf
import pytest

from compliance.ground.web.text import printable
from compliance.reporting.reports.html import SHORT, html_of, stylesheet
from compliance.reporting.reports.pdf_engine import render
from compliance.work.snapshots.content import Section
from tests.proof.press.structure import elements
from tests.reporting.reports.papers import (
    HOSTILE,
    make_content,
    make_full_paper,
    make_line,
    make_paper,
)

pytestmark = pytest.mark.slow


def make(paper, path):
    steps = []
    made = render([html_of(paper)], stylesheet(), path, lambda *step: steps.append(step))
    return made.pages, steps


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("reports") / "full.pdf"
    pages, steps = make(make_full_paper(), path)
    return path, pages, steps


@pytest.fixture
def pdf(made):
    with pikepdf.open(made[0]) as opened:
        yield opened


def squeezed(text):
    """Only what can be seen: no spaces, no invisible marks."""
    return "".join(
        character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character)[0] not in "ZC" or unicodedata.category(character) == "Co"
    ).translate({0xFE0F: None})


def test_pages_and_steps_are_reported(made):
    path, pages, steps = made
    assert pages == len(pypdf.PdfReader(path).pages)
    percents = [percent for _, percent in steps]
    assert percents == sorted(percents)
    assert {"Laying out pages", "Binding pages"} <= {step for step, _ in steps}
    assert any(step.startswith("Laying out page ") for step, _ in steps)


def test_text_reads_back_as_it_was_written(made):
    text = squeezed("".join(p.extract_text() for p in pypdf.PdfReader(made[0]).pages))
    for written in map(printable, HOSTILE):
        if unicodedata.bidirectional(written[0]) in {"R", "AL"}:
            assert set(squeezed(written)) <= set(text)
        else:
            assert squeezed(written) in text


def test_file_claims_both_standards_and_is_tagged(pdf):
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
    raw = pdf.Root.Metadata.read_bytes()
    assert raw.count(b"rdf:RDF>") == 1
    assert b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>" in raw
    assert [str(intent.S) for intent in pdf.Root.OutputIntents] == ["/GTS_PDFA1"]
    assert len(pdf.trailer.ID) == 2
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.docinfo["/Title"]).startswith("Privacy, <script>")


def test_structure_has_headings_in_order(pdf):
    found = [str(e.S) for e in elements(pdf.Root.StructTreeRoot.K)]
    levels = [int(name[2]) for name in found if re.fullmatch("/H[1-6]", name)]
    assert levels[:3] == [1, 2, 2]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_lists_hold_items_only(pdf):
    lists = [e for e in elements(pdf.Root.StructTreeRoot.K) if e.S == "/L"]
    assert {str(kid.S) for item in lists for kid in item.K} == {"/LI"}


def test_header_cells_say_what_they_head(pdf):
    heads = [e for e in elements(pdf.Root.StructTreeRoot.K) if e.S == "/TH"]
    assert {str(e.A.Scope) for e in heads} == {"/Column", "/Row"}


def test_charts_have_their_numbers_as_text(pdf):
    figures = [e for e in elements(pdf.Root.StructTreeRoot.K) if e.S == "/Figure"]
    assert len(figures) == 3
    assert all("met" in str(e.Alt) for e in figures)


def test_links_say_where_they_lead_and_stand_in_the_structure(pdf):
    annotations = [a for page in pdf.pages for a in page.obj.get("/Annots", [])]
    assert len(annotations) > 10
    assert all(re.search(r"\w", str(a.Contents)) for a in annotations)
    tagged = [e for e in elements(pdf.Root.StructTreeRoot.K) if e.S == "/Link"]
    assert len(tagged) == len(annotations)


def test_all_content_is_tagged_or_artifact(pdf):
    depth_faults = []
    for page in pdf.pages:
        marked = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in {"BDC", "BMC"}:
                marked += 1
            elif name == "EMC":
                marked -= 1
            elif name in {"Tj", "TJ", "Do", "f", "S"} and not marked:
                depth_faults.append((name, operands))
    assert depth_faults == []


def test_bookmarks_name_chapters_and_sections(made):
    names = [entry.title for entry in pypdf.PdfReader(made[0]).outline if not isinstance(entry, list)]
    assert names == [
        "Contents",
        "1 Summary",
        "2 Results",
        "3 Scope and how to read this report",
        "4 Answers in detail",
        "5 Statement of applicability",
        "6 Action plan",
        "7 Evidence register",
        "8 Changes since last time",
        "9 Changes in the checklist",
        "Annex A Trail of changes",
        "Annex B Signatures and verification",
    ]


def test_all_fonts_are_inside(pdf):
    fonts = [font for page in pdf.pages for font in page.obj.Resources.get("/Font", {}).values()]
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor


def test_file_holds_no_action_and_no_attachment(pdf):
    raw = b"".join(obj.unparse() for obj in pdf.objects if obj is not None)
    for name in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/SubmitForm", b"/URI"):
        assert name not in raw


def test_no_image_is_smoothed(pdf):
    images = [o for o in pdf.objects if isinstance(o, pikepdf.Stream)]
    assert not any(bool(image.get("/Interpolate", False)) for image in images)


def test_same_paper_gives_same_bytes(made, tmp_path):
    make(make_full_paper(), tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == made[0].read_bytes()


def test_note_of_100_kilobytes_flows_over_pages(tmp_path):
    note = "Sentence. " * 10_000
    word = "x" * 100_000
    glued = "Wort\xa0" * 20_000
    lines = [
        make_line("Q1", note=note),
        make_line("Q2", note=word),
        make_line("Q3", note=glued),
    ]
    make(make_paper(make_content(lines)), tmp_path / "long.pdf")
    pages = pypdf.PdfReader(tmp_path / "long.pdf").pages
    text = squeezed("".join(page.extract_text() for page in pages))
    assert text.count("Sentence.") == 10_000
    assert text.count("x" * 60) * 60 > 90_000
    assert text.count("Wort") == 20_000


def test_heading_stands_on_the_page_of_what_it_heads(tmp_path):
    sections = [
        Section(n, f"Part {n}", (make_line(f"Q{n}", note="Line.\n" * (n % 7)),)) for n in range(1, 41)
    ]
    content = dataclasses.replace(make_content(), sections=tuple(sections))
    make(make_paper(content), tmp_path / "sections.pdf")
    texts = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "sections.pdf").pages]
    apart = [
        n
        for n in range(1, 41)
        if not any(f"4.{n} Part {n}" in text and re.search(rf"^Q{n}$", text, re.M) for text in texts)
    ]
    assert apart == []


def test_chapters_of_few_questions_share_pages(tmp_path):
    few, many = (
        make_paper(make_content([make_line(f"Q{n}") for n in range(count)])) for count in (SHORT, SHORT + 1)
    )
    (short, _), (long, _) = make(few, tmp_path / "few"), make(many, tmp_path / "many")
    assert short <= long - 4
    last, before = reversed(pypdf.PdfReader(tmp_path / "few").pages[-2:])
    assert "Signatures and verification" in last.extract_text().partition("Signed")[0]
    assert "Check it yourself" not in before.extract_text()
    assert {page.mediabox.width for page in pypdf.PdfReader(tmp_path / "few").pages} == {last.mediabox.width}
