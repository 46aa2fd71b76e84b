"""Evidence beside an answer: its period, the day it expires, and a small picture."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from compliance.assurance.reviews.actions import send
from compliance.content.evidence.periods import period_in_words
from compliance.ground.pictures import drawing
from tests.support import factories, picture_files, signing
from tests.support.page_text import flat

YEAR = {"covers_from": date(2026, 1, 1), "covers_to": date(2026, 12, 31)}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-24T12:00:00+00:00", tick=False):
        yield


@pytest.fixture
def answer(cast):
    assessment = factories.make_assessment(cast.acme, cast.ada)
    return assessment.answers.order_by("question__position").first()


@pytest.fixture
def row(answer, sign_in, cast):
    """``row()``: the page with the answer open, as Con reads it."""
    client = sign_in(cast.con)
    page = f"{answer.assessment.get_absolute_url()}?open={answer.pk}"
    return lambda: flat(client.get(page).text)


def chips(page, answer):
    return page.partition(f'id="proofs-{answer.pk}"')[2].partition("</dd>")[0]


def picture(evidence):
    return reverse("evidence:preview", args=["acme", evidence.pk])


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (None, None, ""),
        (date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 7, 1), date(2026, 9, 30), "Jul\u2013Sep 2026"),
        (date(2024, 2, 1), date(2024, 2, 29), "Feb 2024"),
        (date(2026, 7, 1), date(2026, 9, 29), "1 Jul 2026 to 29 Sep 2026"),
        (date(2025, 7, 1), date(2026, 6, 30), "1 Jul 2025 to 30 Jun 2026"),
        (date(2026, 7, 1), None, "from 1 Jul 2026"),
        (None, date(2026, 9, 30), "to 30 Sep 2026"),
        (date(9999, 1, 1), date.max, "9999"),
    ],
)
def test_period_is_as_short_as_it_can_be(first, last, words):
    assert period_in_words(first, last) == words


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (date(2026, 11, 23), '<span class="due late">expired 23 Nov 2026</span>'),
        (date(2026, 11, 24), '<span class="due soon">expires soon, 24 Nov 2026</span>'),
        (date(2026, 12, 1), '<span class="due soon">expires soon, 1 Dec 2026</span>'),
        (date(2026, 12, 2), '<span class="due ">expires 2 Dec 2026</span>'),
        (date(2027, 3, 1), '<span class="due ">expires 1 Mar 2027</span>'),
    ],
)
def test_chip_says_period_and_end_with_colour_and_word(ends, said, cast, answer, row):
    proof = factories.make_link(cast.acme, cast.ada, expires_on=ends, **YEAR)
    factories.attach(answer, proof)
    found = chips(row(), answer)
    assert '<span class="faint">2026</span>' in found
    assert said in found
    assert found.count("expired") == said.count("expired")


def test_warning_stands_beside_the_end_and_is_not_said_twice(cast, answer, row):
    early = factories.make_link(cast.acme, cast.ada, expires_on=date(2026, 12, 9))
    part = factories.make_link(cast.acme, cast.ada, **YEAR | {"covers_to": date(2026, 3, 31)})
    for proof in (early, part):
        factories.attach(answer, proof)
    found = chips(row(), answer)
    assert "runs out" not in found
    assert 'expires 9 Dec 2026</span><span class="qwarn">before the period' in found
    assert 'Jan\u2013Mar 2026</span><span class="qwarn">does not cover the whole' in found


def test_picture_stands_in_the_chip_once_it_was_drawn(cast, answer, row, make_file, sign_in):
    files = [
        make_file("plan.pdf", picture_files.pdf(title="chip")),
        make_file("room.png", picture_files.photo(81, 40)),
    ]
    for proof in files:
        factories.attach(answer, proof)
    assert "thumb" not in chips(row(), answer)
    assert not any(drawing.is_begun(one.sha256) for one in files), "the page draws none"
    for one in files:
        assert sign_in(cast.rob).get(picture(one)).status_code == 200
    found = chips(row(), answer)
    assert found.count('<img class="thumb"') == 2
    assert all(f'src="{picture(one)}"' in found for one in files)
    for kept in drawing.of_file(files[0].sha256):
        kept.unlink()
    assert picture(files[0]) not in chips(row(), answer)


def test_file_that_cannot_be_drawn_and_other_files_have_none(cast, answer, row, make_file, sign_in):
    broken = make_file("broken.pdf", b"%PDF-1.7\nnothing follows")
    text = make_file("log.txt", b"On Monday.")
    for proof in (broken, text, factories.make_link(cast.acme, cast.ada)):
        factories.attach(answer, proof)
    assert sign_in(cast.rob).get(picture(broken)).status_code == 404
    assert list(drawing.of_file(broken.sha256)), "what became of it is kept"
    assert "thumb" not in chips(row(), answer)


def test_title_of_hostile_text_stays_text(cast, answer, row):
    proof = factories.make_link(cast.acme, cast.ada, '<img src="x">', **YEAR)
    factories.attach(answer, proof)
    assert "&lt;img src=&quot;x&quot;&gt;" in chips(row(), answer)


@pytest.mark.slow
def test_chips_cost_no_query_each(cast, answer, row, make_file, sign_in):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            row()
        return len(queries)

    def add(number):
        proof = make_file(f"{number}.png", picture_files.photo(20 + number), **YEAR)
        assert sign_in(cast.rob).get(picture(proof)).status_code == 200
        factories.attach(answer, proof)

    add(0)
    row()
    one = asked()
    for number in range(1, 6):
        add(number)
    assert asked() == one
    assert chips(row(), answer).count("thumb") == 6


def test_contributor_sees_the_same_on_the_page_of_their_own(cast, answer, sign_in):
    answer.owner = cast.con
    answer.save()
    ends = date(2026, 12, 1)
    proof = factories.make_link(cast.acme, cast.ada, expires_on=ends, **YEAR)
    factories.attach(answer, proof)
    page = f"{answer.assessment.get_absolute_url()}mine/?open={answer.pk}"
    assert "expires soon, 1 Dec 2026" in flat(sign_in(cast.con).get(page).text)


def test_reviewer_sees_period_and_end_beside_the_answer(cast, sign_in):
    assessment = signing.make_ready(cast)
    answer = assessment.answers.order_by("question__position").first()
    ends = date(2026, 12, 1)
    proof = factories.make_link(cast.acme, cast.con, expires_on=ends, **YEAR)
    signing.attach(by=cast.con, answer=answer, evidence=proof)
    send(by=cast.ada, assessment=assessment)
    address = reverse("reviews:check", args=["acme", assessment.pk])
    text = sign_in(cast.rev).get(f"{address}?why=all&at={answer.question.key}").text
    assert '2026</span><span class="due soon">expires soon, 1 Dec 2026' in flat(text)
