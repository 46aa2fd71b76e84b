"""Text from people on its way to paper."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.ground.web.text import printable
from compliance.templatetags.paper import covered, direction, isolated, paper
from tests.reporting.reports.papers import make_proof


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cn"])))
def test_nothing_but_places_to_break_is_added(text):
    kept = printable(re.sub("[\u200b\xa0]", "", text))
    assert re.sub("[\u200b\xa0]", "", paper(text)) == re.sub("\n{3,}", "\n\n", kept)


def test_long_word_can_break_everywhere_soon():
    parts = paper("W" * 400).split("\u200b")
    assert max(len(part) for part in parts) <= 12


def test_short_words_are_left_alone():
    assert paper("Regulation (EU) 2026/1744") == "Regulation (EU) 2026/1744"


def test_words_joined_by_spaces_that_never_break_may_break_there():
    joined = "Vereinbarung\xa0der\u202fParteien" * 3
    assert joined.replace("\xa0", "\xa0\u200b").startswith(paper(joined)[:13])
    assert paper(joined).count("\u200b") == 6
    assert paper("12\u202f000\xa0€") == "12\u202f000\xa0€"


def test_long_run_of_joined_signs_can_break():
    parts = paper("\U0001f469\u200d" * 100).split("\u200b")
    assert max(len(part) for part in parts) <= 24


def test_marks_beyond_the_sixth_have_a_space_for_themselves():
    assert paper("e" + "\u0301" * 8) == f"e{'\u0301' * 6}\u200b\xa0{'\u0301' * 2}"
    assert paper("ཪྐྱྲུཾ") == "ཪྐྱྲུཾ"


def test_private_use_and_what_is_no_character_become_one_sign():
    assert paper("\uf0b7 a \ue000\U000f0000\ufdd0\U0001ffff") == "\u2022 a " + "\ufffd" * 4
    assert paper("a\u2028b\ufeffc") == "a\nbc"


def test_break_never_parts_a_letter_from_its_accent():
    assert "\u200b\u0301" not in paper("e\u0301" * 100)


def test_break_never_parts_a_joined_emoji():
    assert paper("👩🏽\u200d💻" * 20).replace("\u200b", "").count("👩🏽\u200d💻") == 20
    assert "\u200b\u200d" not in paper("👩🏽\u200d💻" * 20)


def test_control_characters_are_shown_as_what_they_are():
    assert paper("a\x00b\x07c") == "a\ufffdb\ufffdc"


def test_line_ends_are_one_kind_and_blank_lines_single():
    assert paper("a\r\nb\rc\n\n\n\nd") == "a\nb\nc\n\nd"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Record", "ltr"),
        ("مرحبا", "rtl"),
        ("12 שלום", "rtl"),
        ("a שלום", "ltr"),
        ("", "ltr"),
    ],
)
def test_direction_follows_the_first_letter(text, expected):
    assert direction(text) == expected


def test_name_that_turns_is_isolated():
    assert isolated("\u05e9") == "\u2068\u05e9\u2069"
    assert isolated("a\u202eb") == "\u2068a\u202eb\u2069"
    assert isolated("Łódź") == "Łódź"


def test_period_of_evidence_may_have_one_end():
    assert covered(make_proof()) == "covers 1 Jan 2026 to 31 Dec 2026"
    assert covered(make_proof(covers_to=None)) == "covers from 1 Jan 2026"
    assert covered(make_proof(covers_from=None)) == "covers up to 31 Dec 2026"
