"""Numbers and texts as addresses, programs and people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.ground.web.numbers import number, typed_number, written
from compliance.ground.web.text import LONGEST_SEARCHED, number_in, searched, whole


@pytest.mark.parametrize(("text", "found"), [("0", 0), ("17", 17), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text, found):
    assert number_in(text) == whole(text) == found


@pytest.mark.parametrize("text", [None, "", "-1", " 1", "1.0", "²", "\u0661", "9" * 19, "9" * 5000, "1\x00"])
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


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1200", "1200"),
        (" 1,2 ", "1.2"),
        ("-1.5", "-1.5"),
        ("+3", "3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0,200", "0.2"),
        ("1234.567", "1234.567"),
        ("1.2000", "1.2"),
        ("1.2340", "1.234"),
        ("\uff11\uff12", "12"),
    ],
)
def test_number_is_what_it_reads(typed, meant):
    assert typed_number(typed) == Decimal(meant)


@pytest.mark.parametrize(
    ("typed", "ways"),
    [
        ("1,200", "1200 or 1.2"),
        ("1.200", "1200 or 1.2"),
        ("12,000", "12000 or 12"),
        ("-100.000", "-100000 or -100"),
        ("1.234", "1234 or 1.2340"),
        ("\uff11,\uff12\uff10\uff10", "1200 or 1.2"),
    ],
)
def test_number_that_may_mean_thousands_is_asked_about(typed, ways):
    with pytest.raises(ValueError, match="in two ways") as refused:
        typed_number(typed)
    assert str(refused.value) == f"“{typed}” can be read in two ways. Write {ways}."


@pytest.mark.parametrize(
    "typed",
    [
        *("1_200", "1e2", "1E-2", "inf", "-Infinity", "nan", "0x10", "--1", ".", ""),
        *("1.234.567", "1,200.50", "1.200,50", "1 200", "1'200", "1" * 13),
    ],
)
def test_text_that_is_no_plain_number_is_refused(typed):
    with pytest.raises(ValueError, match="is not a number"):
        typed_number(typed)


@given(st.decimals(-(10**11), 10**11, places=3) | st.decimals(-10, 10, places=5))
def test_number_as_it_is_written_can_be_typed(exact):
    assert typed_number(written(exact)) == exact
    assert typed_number(written(exact).replace(".", ",")) == exact


def test_number_that_was_kept_is_read_as_ever():
    found = [number(kept) for kept in ("1.234", "1,5", 1.5, "1E+2")]
    assert found == [Decimal("1.234"), Decimal("1.5"), Decimal("1.5"), Decimal(100)]
