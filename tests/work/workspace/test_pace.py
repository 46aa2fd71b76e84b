"""The time that the open questions will take, from how a person has answered."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from compliance.work.workspace import pace as pace_module
from compliance.work.workspace.pace import FEWEST, in_words, pace, time_left
from tests.support.api_programs import Program
from tests.support.costs import work_of
from tests.support.factories import make_assessment, make_draft, publish
from tests.support.page_text import flat
from tests.work.workspace.test_cost import HTMX, begin_trail, save_url

ABOUT = "29 left, about 2 h at your pace"
START = datetime(2026, 11, 24, 9, tzinfo=UTC)


def steps(*minutes):
    """Saves of one question after the other, so many minutes apart."""
    at = START
    saves = [("0", at)]
    for number, step in enumerate(minutes, 1):
        at += timedelta(minutes=step)
        saves.append((str(number), at))
    return saves


def test_pace_is_the_median_step():
    assert pace(steps(*[2] * 6, *[4] * 5)) == timedelta(minutes=2)
    assert pace(steps(*[2] * 5, *[4] * 5)) == timedelta(minutes=3)


def test_pace_is_not_guessed_from_few_steps():
    assert pace(steps(*[2] * (FEWEST - 1))) is None
    assert pace(steps(*[2] * FEWEST)) == timedelta(minutes=2)
    assert pace([]) is None


def test_pauses_between_sittings_do_not_count():
    assert pace(steps(*[2] * 9, 31, 600, 60 * 24, 2)) == timedelta(minutes=2)
    assert pace(steps(*[40] * 30)) is None


def test_answers_set_together_are_no_pace():
    assert pace(steps(*[0] * 100, *[0.01] * 100)) is None
    assert pace(steps(*[0] * 100, *[3] * 10)) == timedelta(minutes=3)


def test_saves_of_one_question_count_once_when_it_is_left():
    every = [
        (name, at + timedelta(seconds=part)) for name, at in steps(*[5] * FEWEST) for part in (0, 20, 60)
    ]
    assert pace(every) == timedelta(minutes=5)
    assert pace([("1", START + timedelta(minutes=n)) for n in range(50)]) is None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (1, "5 min"),
        (24, "25 min"),
        (57, "55 min"),
        (58, "1 h"),
        (74, "1 h"),
        (76, "1½ h"),
        (178, "3 h"),
        (569, "9½ h"),
        (570, "10 h"),
        (3300, "55 h"),
    ],
)
def test_time_is_said_as_roughly_as_it_is_known(minutes, words):
    assert in_words(timedelta(minutes=minutes)) == words.replace(" ", "\u00a0")


@pytest.fixture
def one(cast):
    return make_assessment(cast.acme, cast.ada, publish(make_draft(40, 4)))


def answer_some(client, assessment, count, *, start=START, each=timedelta(minutes=4)):
    """Save that many answers, one at a time."""
    reply = None
    for number, answer in enumerate(assessment.answers.order_by("pk")[:count]):
        with time_machine.travel(start + number * each, tick=False):
            sent = {"base": str(answer.version), "verdict": "met"}
            reply = client.post(save_url(answer), sent, headers=HTMX)
            assert reply.status_code == 200
    return reply


def header(client, assessment):
    """The numbers in the header, as they follow a save."""
    path = reverse("workspace:progress", args=["acme", assessment.pk])
    return words(client.get(path, headers=HTMX))


def words(reply):
    return re.sub("<[^>]*>", " ", flat(reply.content.decode())).replace("  ", " ").replace(" ,", ",")


def test_header_says_what_is_left_before_there_is_a_pace(cast, sign_in, one):
    con = sign_in(cast.con)
    assert "40 left" in words(con.get(one.get_absolute_url()))
    answer_some(con, one, 5)
    assert "35 left" in header(con, one)
    assert "at your pace" not in header(con, one)


def test_header_says_how_long_it_takes_after_each_save(cast, sign_in, one):
    con = sign_in(cast.con)
    answer_some(con, one, 11)
    assert ABOUT in header(con, one)
    page = words(con.get(one.get_absolute_url()))
    assert ABOUT in page


def test_pace_is_of_the_person_and_of_the_assessment(cast, sign_in, one):
    con, ada = sign_in(cast.con), sign_in(cast.ada)
    answer_some(con, one, 11)
    other = make_assessment(cast.acme, cast.ada, one.edition, subject="Other")
    assert "29 left" in header(ada, one)
    assert "pace" not in header(ada, one)
    assert "pace" not in header(con, other)


@pytest.mark.slow
def test_pace_of_a_program_is_not_its_persons(cast, sign_in, one):
    program = Program(cast.con, cast.acme)
    for number, answer in enumerate(one.answers.order_by("pk")[:12]):
        with time_machine.travel(START + number * timedelta(seconds=4), tick=False):
            set_ = {"verdict": "met"}
            reply = program.patch(f"/answers/{answer.pk}", {"version": 0, "set": set_})
            assert reply.status_code == 200
    assert "28 left" in header(sign_in(cast.con), one)
    assert "pace" not in header(sign_in(cast.con), one)


def test_reader_is_not_asked_to_finish(cast, sign_in, one):
    assert "left" not in header(sign_in(cast.rob), one)


@pytest.mark.slow
def test_nothing_is_left_when_all_is_answered(cast, sign_in, one):
    con = sign_in(cast.con)
    answer_some(con, one, 40)
    said = header(con, one)
    assert "40 of 40 answered" in said
    assert "left" not in said


@pytest.mark.slow
def test_pace_costs_the_same_after_many_events(cast, sign_in, one, monkeypatch):
    """It looks through the newest events only, whoever made them."""
    monkeypatch.setattr(pace_module, "LATEST", 60)
    answer_some(sign_in(cast.con), one, 11)

    def work():
        return work_of(lambda: time_left(one, cast.con.pk, 29))

    work()
    happen(cast, one, 40)
    assert time_left(one, cast.con.pk, 29)
    happen(cast, one, 20)
    few = work()
    assert time_left(one, cast.con.pk, 29) == ""
    happen(cast, one, 600)
    assert work() <= few * 1.1


def happen(cast, assessment, count):
    for _ in range(count):
        begin_trail(cast, assessment)
