"""Texts that try to leave the paper, in reports of every kind, on a machine with two fonts."""

import itertools

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from compliance.ground.web.own_languages import OwnLanguage
from compliance.ground.web.text import UNSHOWN, printable
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.html import pieces_of, stylesheet
from compliance.reporting.reports.pdf_engine import render
from tests.reporting.reports.hostile import FORMS, hostile
from tests.reporting.reports.looked_at import faults, seen, text_of
from tests.reporting.reports.papers import make_content, make_line, make_paper

pytestmark = pytest.mark.slow

THAI = "\u0e01"
BALLOT = "\u2611"
CONFIG = """<?xml version="1.0"?><fontconfig>
<dir>{0}</dir><cachedir>{0}/cache</cachedir>
</fontconfig>"""
WANTED = list(zip(ReportKind.values, itertools.cycle(OwnLanguage.values), strict=False))


def save_font(path, character, *, in_colour):
    """A font with one square for the character."""
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for corner in ((50, 700), (750, 700), (750, 0)):
        pen.lineTo(corner)
    pen.closePath()
    square, names = pen.glyph(), [".notdef", "shape", "layer"]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(character): "shape"})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (800, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": path.stem, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800)
    builder.setupPost()
    if in_colour:
        builder.setupCPAL([[(1, 0, 0, 1)]])
        builder.setupCOLR({"shape": [("layer", 0)]})
    builder.save(path)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine whose fonts are one for a Thai letter and one in colour for a sign."""
    folder = tmp_path_factory.mktemp("fonts")
    save_font(folder / "Faraway.ttf", THAI, in_colour=False)
    save_font(folder / "Colourful.ttf", BALLOT, in_colour=True)
    (folder / "fonts.conf").write_text(CONFIG.format(folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FONTCONFIG_FILE", str(folder / "fonts.conf"))
        yield folder


def make(paper, path):
    return render(pieces_of(paper), stylesheet(), path, lambda *step: None)


@pytest.mark.parametrize(("kind", "language"), WANTED)
@pytest.mark.usefixtures("machine")
def test_no_text_leaves_the_paper(kind, language, tmp_path):
    path = tmp_path / "report.pdf"
    paper = hostile(kind, language, signed=kind != ReportKind.SUMMARY)
    made = make(paper, path)
    assert faults(path) == []
    printed = seen("".join(text_of(path)))
    if kind != ReportKind.BOARD:  # it quotes nobody's notes
        assert made.unprinted["control or private use"] > 50
        assert str(sum(made.unprinted.values())) in printed
    if kind == ReportKind.FULL:
        for name, form in FORMS.items():
            written = seen(printable(form).replace(THAI, ""))
            assert set(written) <= set(printed), name


@pytest.mark.usefixtures("machine")
def test_fonts_of_the_machine_print_and_those_in_colour_do_not(tmp_path):
    line = make_line(note=f"{THAI}{THAI} {BALLOT} e\u0301 q\u0303 q \uf0b7 \ue000")
    made = make(make_paper(make_content([line])), tmp_path / "report.pdf")
    assert made.unprinted == {"signs": 1, "control or private use": 1}
    assert faults(tmp_path / "report.pdf") == []
    printed = "".join(text_of(tmp_path / "report.pdf"))
    assert f"{THAI}{THAI}" in printed
    assert f"{BALLOT} " in printed
    assert f"q\u0303 q \u2022 {UNSHOWN}" in printed


@pytest.mark.usefixtures("machine")
def test_report_that_prints_everything_does_not_speak_of_boxes(tmp_path):
    made = make(make_paper(), tmp_path / "report.pdf")
    assert made.unprinted == {}
    assert "Not printed" not in "".join(text_of(tmp_path / "report.pdf"))
