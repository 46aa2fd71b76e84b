from datetime import date, timedelta

import pytest
from django.utils import timezone

from compliance.content.evidence.periods import Bar, bar_of
from compliance.models import Evidence
from tests.content.evidence.samples import flat
from tests.support.factories import make_link

URL = "/o/acme/evidence/"


def titles(page):
    return sorted(row.title for row, _, _ in page.context["rows"])


@pytest.fixture
def library(cast, make_file):
    """A file, and links that run out never, today, in 30 and 31 days, yesterday."""
    today = timezone.localdate()
    make_file("Größe.pdf", title="File")
    make_link(cast.acme, cast.ada, "Never")
    for title, days in (("Today", 0), ("Month", 30), ("Later", 31), ("Gone", -1)):
        make_link(cast.acme, cast.ada, title, expires_on=today + timedelta(days=days))
    make_link(cast.other, cast.zoe, "Theirs", expires_on=today)


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("all", ["File", "Gone", "Later", "Month", "Never", "Today"]),
        ("files", ["File"]),
        ("links", ["Gone", "Later", "Month", "Never", "Today"]),
        ("ending", ["Month", "Today"]),
        ("expired", ["Gone"]),
        ("nonsense", ["File", "Gone", "Later", "Month", "Never", "Today"]),
    ],
)
def test_filter_shows_its_own(library, cast, sign_in, show, shown):
    page = sign_in(cast.rob).get(URL, {"show": show})
    assert titles(page) == shown
    assert page.context["counts"] == {
        "all": 6,
        "files": 1,
        "links": 5,
        "ending": 2,
        "expired": 1,
        "gap": 0,
        "unused": 6,
        "older": 0,
    }
    assert page.text.count('class="filter"') == 8
    assert "6 pieces. 2 run out within 30 days, 1 has expired, 0 do not" in flat(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("neVER", ["Never"]),
        ("GRÖSSE", []),
        ("größe", ["File"]),
        ("GRÖßE", ["File"]),
        ("intranet", ["Gone", "Later", "Month", "Never", "Today"]),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
        ("zz\x00", []),
        ("x" * 5000, []),
    ],
)
def test_search_finds_title_name_and_link(library, cast, sign_in, query, found):
    page = sign_in(cast.rob).get(URL, {"q": query})
    assert (page.status_code, titles(page)) == (200, found)


def test_search_finds_a_hash_as_it_is_printed(library, cast, sign_in):
    digest = Evidence.objects.get(title="File").sha256
    for query in (digest, digest[:8].upper(), f"{digest[:8]} {digest[8:16]}"):
        assert titles(sign_in(cast.rob).get(URL, {"q": query})) == ["File"]


def test_search_folds_other_scripts_and_accents_written_apart(cast, sign_in):
    for title in ("Πολιτική", "cafe\u0301"):
        make_link(cast.acme, cast.ada, title)
    rob = sign_in(cast.rob)
    assert titles(rob.get(URL, {"q": "πολιτική"})) == ["Πολιτική"]
    assert titles(rob.get(URL, {"q": "café"})) == ["cafe\u0301"]


def test_search_keeps_its_filter_and_says_when_nothing_is_there(cast, sign_in):
    page = sign_in(cast.con).get(URL, {"q": "<b>&x", "show": "files"}).text
    assert '“<bdi class="whole">&lt;b&gt;&amp;x</bdi>”' in page
    assert 'name="show" value="files"' in page
    assert 'href="?show=links&amp;q=%3Cb%3E%26x"' in page


def test_empty_library_leads_on_for_those_who_may_add(cast, sign_in):
    assert "No evidence yet" in sign_in(cast.con).get(URL).text
    assert f'href="{URL}add/"' in sign_in(cast.con).get(URL).text
    assert f'href="{URL}add/"' not in sign_in(cast.rob).get(URL).text


def test_title_is_shown_whole_and_escaped(cast, sign_in):
    make_link(cast.acme, cast.ada, "<script>alert(1)</script>")
    page = flat(sign_in(cast.rob).get(URL))
    assert '<bdi class="whole">&lt;script&gt;alert(1)&lt;/script&gt;</bdi>' in page


@pytest.mark.slow
def test_list_costs_the_same_with_one_and_with_fifty(cast, sign_in, django_assert_num_queries):
    rob = sign_in(cast.rob)
    make_link(cast.acme, cast.ada)
    with django_assert_num_queries(6):
        rob.get(URL)
    for number in range(50):
        make_link(cast.acme, cast.ada, f"Link {number}")
    with django_assert_num_queries(6):
        page = rob.get(URL)
    assert "1 to 50 of 51" in flat(page)
    assert "Link 0" in rob.get(URL).text
    assert titles(rob.get(URL, {"page": 2})) == ["Policy"]
    assert titles(rob.get(URL, {"page": "nonsense"})) == titles(page)


TODAY = date(2026, 7, 2)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "whole year"),
        (date(2025, 1, 1), date(2027, 6, 1), "whole year"),
        (date(2026, 1, 1), date(2026, 11, 30), "Jan\u2013Nov"),
        (date(2026, 9, 1), date(2026, 9, 30), "Sep"),
        (date(2026, 9, 2), date(2026, 9, 30), "2 Sep 2026 to 30 Sep 2026"),
        (date(2025, 1, 1), date(2025, 12, 31), "1 Jan 2025 to 31 Dec 2025"),
        (date(2026, 9, 2), None, "from 2 Sep 2026"),
        (None, date(2026, 9, 2), "to 2 Sep 2026"),
    ],
)
def test_period_is_put_in_few_words(start, end, words):
    assert bar_of(start, end, None, TODAY).words == words


def test_bar_covers_its_part_of_the_year():
    bar = bar_of(date(2025, 5, 1), date(2026, 7, 2), date(2026, 12, 31), TODAY)
    assert bar == Bar(0, 60.2, 120, 59.8, "1 May 2025 to 2 Jul 2026")
    outside = bar_of(date(2025, 1, 1), date(2025, 12, 31), date(2027, 1, 1), TODAY)
    assert (outside.width, outside.runs_out) == (0, None)
    assert bar_of(None, None, TODAY, TODAY) is None
