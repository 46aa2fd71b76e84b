"""The report as HTML: everything is in it, and text is only text."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from compliance.ground.web.text import printable
from compliance.reporting.reports.html import html_of, running_head, stylesheet
from compliance.reporting.reports.kinds import ReportOptions
from tests.reporting.reports.hostile import hostile
from tests.reporting.reports.papers import HOSTILE, make_content, make_full_paper, make_paper


def words_of(html):
    return unescape(re.sub(r"<[^>]*>", " ", html)).replace("\u200b", "")


def unisolated(text):
    """Text without the marks that keep a name's own direction."""
    return re.sub("[\u2066-\u2069]", "", text)


def test_every_question_stands_in_the_report():
    paper = make_full_paper()
    html = html_of(paper)
    for line in paper.content.lines:
        assert f'id="{line.anchor}"' in html


def test_hostile_text_is_there_literally():
    words = words_of(html_of(make_full_paper()))
    for text in map(printable, HOSTILE):
        assert text in words


def test_hostile_text_adds_no_element():
    html = html_of(make_full_paper())
    assert set(re.findall(r"<(script|img|link|style|iframe|object)\b", html)) == set()
    assert html.count("</body>") == 1


def test_reasons_and_evidence_and_trail_stand_in_full():
    words = words_of(html_of(make_full_paper()))
    for text in (
        "Applies only when Role is X.",
        "No such system.",
        "0123456789abcdef0123456789abcdef",
        "Q1: Met",
        "“Controller”",
        "Seen.",
    ):
        assert text in words


def test_last_page_says_what_is_proved_and_what_not():
    paper = make_paper()
    words = words_of(html_of(paper))
    for group in [*paper.hash_groups, *paper.head_groups]:
        assert group in words
    assert "Proven." in words
    assert "Not proven." in words


def test_preparation_is_marked_with_its_date():
    words = " ".join(words_of(html_of(make_full_paper())).split())
    assert "answered as preparation, binds from 2 Aug 2028" in words


def test_same_paper_gives_same_html():
    assert html_of(make_full_paper()) == html_of(make_full_paper())


def test_stylesheet_asks_for_nothing_outside():
    assert set(re.findall(r'url\("([a-z]+):', stylesheet())) == {"data"}
    assert "url(" not in re.sub(r'url\("data:', "", stylesheet())


def test_changes_since_last_time_are_shown():
    words = " ".join(words_of(html_of(make_full_paper())).split())
    assert "that apply: 2. Not confirmed again: 1." in words
    assert "Partly, now Met" in words
    assert "not asked, now N/A" in words
    assert "Since last time" not in words_of(html_of(make_paper()))


def test_states_of_their_own_are_shown_beside_the_question():
    words = " ".join(words_of(html_of(make_full_paper())).split())
    for text in (
        "Put off until 1 Feb 2027.",
        "No second person yet",
        "confirmed by Rev",
        "Carried over, not confirmed again",
        "To be looked at again",
        "Taken over from G079, DP",
    ):
        assert text in words


def test_states_of_their_own_are_listed_apart_in_the_results():
    paper = make_full_paper()
    words = " ".join(words_of(html_of(replace(paper, moved=frozenset({"Q9"})))).split())
    for text in (
        "Judged not applicable by one person only Q10",
        "Not known Q8",
        "Put off, with its day Q7 until 1 Feb 2027",
        "Unanswered Q5",
        "To be looked at again, since an action was closed Q8",
        "Taken over from other assessments Q9 (its source has changed since)",
        "Its source has changed since",
    ):
        assert text in words
    assert "source has changed" not in words_of(html_of(paper))
    later = replace(paper, read_at=datetime(2027, 2, 1, tzinfo=UTC))
    assert "Q7 until 1 Feb 2027 (its day has come)" in " ".join(words_of(html_of(later)).split())


def test_lists_of_the_results_have_small_headings_so_that_none_begins_a_page():
    html = html_of(make_full_paper())
    chapter = html[html.index('id="result"') : html.index('id="scope"')]
    lists = chapter[chapter.index('<h3 class="noted">') :]
    assert lists.count('<h3 class="noted">') == lists.count("<h3") > 5
    assert re.search(r"h3\.noted { margin: 3mm 0 0\.5mm; font-size", stylesheet())


def test_statement_of_applicability_names_both_people():
    words = " ".join(words_of(html_of(make_full_paper())).split())
    chapter = words[words.index("Decided and confirmed by") :]
    assert "Con, 22 Dec 2026 No second person yet" in unisolated(chapter)
    assert "Con, 22 Dec 2026 confirmed by Rev, 22 Dec 2026" in unisolated(chapter)


def test_long_names_are_cut_at_the_top_of_each_page():
    names = {"organisation": "O" * 120, "subject": "S" * 120, "checklist": "C" * 120}
    head = running_head(make_paper(make_content(**names))).replace("\u200b", "")
    assert head == f"{'C' * 36}…, {'S' * 36}… · {'O' * 36}…"


def test_organisation_that_is_its_own_subject_is_named_once():
    paper = make_paper(make_content(organisation="Acme", subject="Acme"))
    html = html_of(paper)
    assert running_head(paper) == "Privacy · Acme"
    assert len(re.findall(r'<p class="sub', html)) == 1
    assert "Acme was assessed against Privacy" in " ".join(words_of(html).split())


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_page_of_a_report_that_nobody_signed_says_draft(language):
    word = {"en": "DRAFT", "de": "ENTWURF", "fr": "PROJET"}[language]
    unsigned = html_of(make_paper(wanted=ReportOptions(language=language)))
    assert re.search(f'data-mark="[^"]*{word}', unsigned)
    assert re.search(f'<p class="brandline">[^<]*{word}', unsigned)
    signed = replace(hostile(language=language).signature, void=())
    assert word not in html_of(make_paper(wanted=ReportOptions(language=language), signature=signed))


@pytest.mark.parametrize(
    ("address", "is_warned"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://attest.localhost:80", True),
        ("https://[::1]", True),
        ("http://0.0.0.0:8000", True),
        ("https://attest.example", False),
        ("http://192.168.1.7", False),
    ],
)
def test_address_that_opens_on_the_server_alone_is_not_printed_without_a_word(settings, address, is_warned):
    settings.URL = address
    html = html_of(make_paper())
    assert f"{address}/verify/" in html
    assert ("opens on the server alone" in html) is is_warned
