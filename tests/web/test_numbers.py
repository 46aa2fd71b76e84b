"""Numbers and texts as addresses and programs write them."""

import pytest

from compliance.web.text import LONGEST_SEARCHED, number_in, searched, whole


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)]
)
def test_digits_are_a_number(text, number):
    assert number_in(text) == whole(text) == number


@pytest.mark.parametrize(
    "text", [None, "", "-1", " 1", "1.0", "²", "\u0661", "9" * 19, "9" * 5000, "1\x00"]
)
def test_any_other_text_is_none(text):
    assert number_in(text) is None


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("", ""),
        (" log of\tMay ", "log of\tMay"),
        ("\x00", ""),
        ("a\x00 b\x00", "a b"),
        ("\x00 a", "a"),
        ("x" * 5000, "x" * LONGEST_SEARCHED),
        ("x" * (LONGEST_SEARCHED - 1) + " y", "x" * (LONGEST_SEARCHED - 1)),
    ],
)
def test_text_is_looked_up_short_and_without_what_no_database_holds(typed, text):
    assert searched(typed) == text


def test_key_is_looked_up_in_its_own_length():
    assert searched("k" * 99, 60) == "k" * 60
