"""A long report is cut between blocks and rows, and nothing is lost or doubled."""

import re

import pytest

from compliance.reporting.reports import split
from compliance.reporting.reports.html import html_of
from tests.reporting.reports.papers import make_full_paper


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(split, "WHOLE", 0)
    monkeypatch.setattr(split, "PIECE", 4_000)


def body(piece):
    return piece[piece.index(">", piece.index("<body")) + 1 : piece.rindex("</body>")]


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def document(*chapters):
    front = '<section class="cover"><h1>T</h1></section>'
    front += '<section class="chapter"><h2 id="contents">Contents</h2></section>'
    return f'<html><body data-doc="x">{front}{"".join(chapters)}</body></html>'


def chapter(*blocks):
    return f'<section class="chapter"><h2 id="a">A "b"</h2>{"".join(blocks)}</section>'


def test_short_report_stays_whole():
    html = html_of(make_full_paper())
    assert split.cut(html) == [html]


def test_every_word_stands_once_and_in_order(small):
    html = html_of(make_full_paper())
    pieces = split.cut(html)
    assert len(pieces) > 5
    text = words("".join(map(body, pieces)))
    for head in re.findall(r"<thead>.*?</thead>", html, re.DOTALL):
        text = text.replace(words(head), "")
        html = html.replace(head, "")
    assert text.split() == words(body(html)).split()


def test_front_has_cover_and_contents_alone(small):
    front = body(split.cut(html_of(make_full_paper()))[0])
    assert re.findall(r'<h2 id="([^"]+)"', front) == ["contents"]


def test_every_identifier_stands_once(small):
    html = html_of(make_full_paper())
    found = re.findall(r' id="([^"]+)"', "".join(split.cut(html)))
    assert sorted(found) == sorted(re.findall(r' id="([^"]+)"', html))


def test_pieces_are_documents_of_their_own(small):
    for piece in split.cut(html_of(make_full_paper())):
        assert piece.count("<body") == piece.count("</body>") == 1
        for name in ("section", "table", "tbody", "article", "div"):
            assert piece.count(f"<{name}") == piece.count(f"</{name}>")


def test_part_behind_the_first_says_its_chapter(small):
    _, first, second = split.cut(document(chapter("<p>x</p>", f"<p>{'y' * 6000}</p>")))
    assert "data-chapter" not in first
    assert 'data-chapter="A &quot;b&quot;"' in second


def test_heading_is_never_left_behind(small):
    long = f"<article>{'y' * 5000}</article>"
    pieces = split.cut(document(chapter(long, "<h3>Next</h3>", '<p class="muted under">i</p>', long)))
    assert "<h3>Next</h3>" not in pieces[1]
    assert body(pieces[2]).index("<h3>") < body(pieces[2]).index("<article>")


def test_long_table_is_cut_between_rows_with_its_head(small):
    rows = "".join(f"<tr><td>{i}<br>x</td></tr>" for i in range(50))
    head = "<colgroup><col></colgroup><thead><tr><th>H</th></tr></thead>"
    table = f'<table class="trail">{head}<tbody>{rows}</tbody></table>'
    pieces = split.cut(document(chapter(table)))[1:]
    assert len(pieces) > 3
    assert all(piece.count("<thead>") == 1 for piece in pieces)
    assert re.findall(r"<td>(\d+)", "".join(pieces)) == [str(i) for i in range(50)]
