"""The numbers and dates of the law stand where they belong."""

from datetime import date

import pytest

from compliance.content.applicability import rules
from compliance.content.checklists.diff import compare
from compliance.work.edition_moves.planning import AnswerValues, convert

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def questions(shipped):
    return {
        question["key"]: question
        for files in shipped.checklists
        for part in files.sections
        for question in part.content.document()["questions"]
    }


@pytest.fixture(scope="module")
def changes(shipped):
    """What differs between the first edition and this one, by the key of a question."""
    return {
        item.key: item
        for files in shipped.checklists
        for item in compare(files.older[0].document(), files.document()).items
    }


@pytest.mark.parametrize(
    ("key", "bound", "most", "unit"),
    [("S031", "at_most", 2, "months"), ("S033", "at_least", 30, "days")],
)
def test_limit_is_the_one_of_the_law(questions, key, bound, most, unit):
    number = questions[key]["number"]
    assert (number[bound], number["unit"]) == (most, unit)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("G080", "72 hours"),
        ("G104", "250 employees"),
        ("A155", "two or ten days"),
        ("A090", "ten years"),
        ("A126", "48 hours"),
        ("A146", "two weeks"),
        ("A154b", "15, 10 or 2 days"),
        ("S029", "30 calendar days"),
        ("S034", "12 January 2027"),
        ("S035", "14 working days"),
        ("S066", "five working days"),
    ],
)
def test_number_is_said_in_the_question(questions, key, words):
    assert words in questions[key]["text"]


@pytest.mark.parametrize(
    ("key", "others"),
    [
        ("G042c", {"unknown": "not_met", "no_inflow": "na"}),
        ("G047c", {"unknown": "not_met", "no_request": "na"}),
        ("G076", {"unknown": "not_met", "never": "not_met"}),
        ("G077b", {"unknown": "not_met", "never": "not_met"}),
        ("G080", {"unknown": "not_met", "no_breach": "na"}),
        ("G123b", {"unknown": "not_met", "none": "met"}),
        ("A078", {"unknown": "not_met", "none_declared": "not_met"}),
        ("A091", {"unknown": "not_met", "other_law": "na"}),
        ("A123", {"unknown": "not_met", "other_law": "na"}),
        ("A146", {"unknown": "not_met", "never": "not_met", "not_due": "na"}),
        ("A154b", {"unknown": "not_met", "no_incident": "na"}),
        ("A159c", {"unknown": "not_met"}),
        ("S066", {"unknown": "not_met", "none": "na"}),
        ("Z024b", {"unknown": "not_met", "none": "na"}),
        ("Z076", {"unknown": "not_met"}),
    ],
)
def test_nothing_happened_never_and_not_known_are_answers(questions, key, others):
    given = {c["key"]: c["verdict"] for c in questions[key]["choices"]}
    assert given.items() >= others.items()
    assert list(given.values()).count("met") == 1, "an older answer would be lost"


@pytest.mark.parametrize(
    ("key", "said", "value"),
    [
        ("G080", AnswerValues("met", "41"), "in_time"),
        ("G076", AnswerValues("partly", "17"), "two_years"),
        ("G077b", AnswerValues("met", "2026-04-17"), "year"),
        ("G080", AnswerValues("not_met", "90"), None),
        ("G080", AnswerValues("na", None, reason="No breach"), None),
        ("A078", AnswerValues("partly", "85"), "most"),
        ("A091", AnswerValues("met", "12"), "appropriate"),
        ("A123", AnswerValues("not_met", "3"), None),
        ("A146", AnswerValues("met", "9"), "in_time"),
        ("A159c", AnswerValues("met", "4"), "within"),
        ("A101b", AnswerValues("met"), ["none"]),
        ("A145b", AnswerValues("partly"), None),
        ("S066", AnswerValues("met", "4"), "in_time"),
        ("Z024b", AnswerValues("partly", "48"), "three_days"),
        ("Z024b", AnswerValues("not_met", "119"), None),
        ("Z076", AnswerValues("partly", "85"), "most"),
    ],
)
def test_answer_of_the_first_edition_moves_where_one_answer_says_the_same(changes, key, said, value):
    converted = convert(changes[key], said)
    if value or said.verdict == "na":
        assert converted == AnswerValues(said.verdict, value, reason=said.reason)
    else:
        assert converted is None


@pytest.mark.parametrize(
    ("key", "met"),
    [
        ("A091", "At least six months"),
        ("A123", "At least six months"),
        ("A146", "within two weeks"),
        ("A159c", "At most six months"),
    ],
)
def test_number_is_said_in_the_answer_that_meets_it(questions, key, met):
    best = next(c for c in questions[key]["choices"] if c["verdict"] == "met")
    assert met in best["label"]


@pytest.mark.parametrize(
    ("folder", "tiers"),
    [
        ("gdpr", ["EUR 20 million or 4 %", "EUR 10 million or 2 %"]),
        (
            "ai-act",
            [
                "EUR 35 million or 7 %",
                "EUR 15 million or 3 %",
                "EUR 7.5 million or 1 %",
            ],
        ),
    ],
)
def test_tiers_of_fines_stand_in_the_summary(shipped, folder, tiers):
    heads = {f.folder: f.head.content for f in shipped.checklists}
    assert [tier for tier in tiers if tier not in heads[folder].summary] == []


ANNEX_III = {"risk": ["annex_iii"], "reading": ["with_classification"]}
ANNEX_I = {"risk": ["annex_i"], "reading": ["with_classification"]}
NOMINAL = {"risk": ["annex_iii"], "reading": ["nominal"]}


@pytest.mark.parametrize(
    ("key", "facts", "day"),
    [
        ("A122", ANNEX_III, date(2027, 12, 2)),
        ("A122", ANNEX_I, date(2028, 8, 2)),
        ("A034", ANNEX_III, date(2027, 12, 2)),
        ("A097b", NOMINAL, date(2026, 8, 2)),
        ("A097b", ANNEX_III, date(2027, 12, 2)),
        ("A154b", NOMINAL, date(2026, 8, 2)),
        ("A154b", ANNEX_I, date(2028, 8, 2)),
        ("A133", NOMINAL, date(2026, 8, 2)),
        ("A026", ANNEX_III, date(2026, 12, 2)),
        ("A027", ANNEX_III, date(2026, 12, 2)),
        ("A024", ANNEX_III, None),
        ("A014", ANNEX_III, None),
    ],
)
def test_duty_binds_from_the_day_of_its_route(questions, key, facts, day):
    assert rules.starts_on(questions[key]["applies_from"], facts) == day


def test_stage_below_the_highest_is_never_a_failure(questions):
    stages = [q for q in questions.values() if q["kind"] == "stage"]
    verdicts = {choice["verdict"] for q in stages for choice in q["choices"]}
    assert verdicts == {"met", "partly"}
