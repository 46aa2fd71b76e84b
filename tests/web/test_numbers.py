"""Numbers as addresses and programs write them."""

import pytest

from compliance.web.text import number_in


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)]
)
def test_digits_are_a_number(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize(
    "text", [None, "", "-1", " 1", "1.0", "²", "\u0661", "9" * 19, "9" * 5000, "1\x00"]
)
def test_any_other_text_is_none(text):
    assert number_in(text) is None
