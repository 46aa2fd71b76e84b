"""Verdicts from values, counts and percentages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.work.assessments.scoring import ORDER, Tally, percent, tally, verdict_of

MONTH = {"unit": "days", "at_most": 31, "partly_at_most": 92}
LOGS = {"unit": "months", "at_least": 6}


@pytest.mark.parametrize(
    ("value", "bounds", "verdict"),
    [
        ("31", MONTH, "met"),
        ("31.5", MONTH, "partly"),
        ("31,5", MONTH, "partly"),
        ("92", MONTH, "partly"),
        ("92.01", MONTH, "not_met"),
        ("6", LOGS, "met"),
        ("5.99", LOGS, "not_met"),
        ("0", LOGS, "not_met"),
        ("", MONTH, "unanswered"),
        (None, MONTH, "unanswered"),
        ("7", {"unit": "people"}, "met"),
    ],
)
def test_number_is_held_against_its_bounds(value, bounds, verdict):
    assert verdict_of("number", value, bounds) == verdict


@pytest.mark.parametrize("text", ["many", "NaN", "Infinity", "1e400", "١٢ days", "--1"])
def test_number_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="not a number"):
        verdict_of("number", text, MONTH)


CHOICES = {"a": "met", "b": "partly", "c": "not_met", "d": "na"}


def test_choice_has_the_verdict_of_its_choice():
    found = [verdict_of("choice", key, None, CHOICES) for key in CHOICES]
    assert found == ["met", "partly", "not_met", "na"]


def test_several_choices_count_as_their_worst():
    assert verdict_of("choices", ["a", "b"], None, CHOICES) == "partly"
    assert verdict_of("choices", ["d", "a"], None, CHOICES) == "met"
    assert verdict_of("choices", [], None, CHOICES) == "unanswered"


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, None),
        (0, 3, 0),
        (1, 3, 33),
        (1, 2, 50),
        (1, 200, 1),
        (399, 400, 99),
        (3, 3, 100),
    ],
)
def test_percent_rounds_halves_up_and_never_up_to_complete(part, whole, shown):
    assert percent(part, whole) == shown


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.integers(0, 50))))
def test_tally_keeps_every_count(counts):
    found = tally(counts)
    assert found.total == sum(count for _, count in counts)
    assert found.answered + found.open == found.total
    assert tally(found.parts()) == found


def test_tallies_add_up():
    assert Tally(1, 2, 3, 4, 5) + Tally(1, 0, 0, 0, 1) == Tally(2, 2, 3, 4, 6)


def test_nothing_is_never_complete():
    assert not Tally().is_complete
    assert Tally(met=1).is_complete
