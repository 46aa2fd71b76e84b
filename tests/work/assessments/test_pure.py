"""Word diff, conflict and values: values in, values out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.checklists.diff import word_diff
from compliance.work.assessments.values import parse
from compliance.work.workspace.conflict import conflict


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_word_diff_holds_both_texts(old, new):
    runs = word_diff(old, new)
    assert "".join(text for kind, text in runs if kind != "ins") == old
    assert "".join(text for kind, text in runs if kind != "del") == new


def test_word_diff_of_long_texts_is_not_compared():
    assert word_diff("a" * 5000, "b" * 5000) == [
        ("del", "a" * 5000),
        ("ins", "b" * 5000),
    ]


NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_conflict_over_a_note_offers_both_texts_one_after_the_other():
    found = conflict(
        ("note",),
        {"note": "mine"},
        {"note": "theirs"},
        {"verdict": "met", "note": "mine"},
        {"note": "theirs"},
        saved={"note": ("Ada", NOON)},
    )
    assert found.what == "note"
    assert found.keep_mine == [("verdict", "met"), ("note", "mine")]
    assert found.keep_theirs == [("verdict", "met")]
    assert found.keep_both == [("verdict", "met"), ("note", "theirs\n\nmine")]
    assert found.sides[0].mine == [("ins", "mine")]
    assert found.sides[0].theirs == [("ins", "theirs")]


def test_whoever_takes_the_other_verdict_takes_it_without_their_own_reason():
    found = conflict(
        ("verdict",),
        {"verdict": "N/A"},
        {"verdict": "Partly"},
        {"verdict": "na", "reason": "No data.", "owner_id": None, "value": ["a", "b"]},
        {},
        saved={"verdict": ("Ada", NOON)},
        more=[("then", "evidence")],
    )
    values = [("owner", ""), ("value", "a"), ("value", "b"), ("then", "evidence")]
    assert found.keep_theirs == values
    assert found.keep_mine == [("verdict", "na"), ("reason", "No data."), *values]
    assert found.keep_both == []


def test_conflict_names_everybody_once_and_the_last_moment():
    sides = ("verdict", "note", "reason")
    texts = dict.fromkeys(sides, "x")
    early = NOON - timedelta(hours=3)
    saved = {"verdict": ("Ada", early), "note": ("Ole", NOON), "reason": ("Ada", early)}
    found = conflict(sides, texts, texts, texts, texts, saved=saved)
    assert (found.who, found.at) == (["Ada", "Ole"], NOON)
    assert [(side.who, side.at) for side in found.sides] == list(saved.values())


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("number", ["28"], "28"),
        ("number", [" 1,50 "], "1.5"),
        ("number", ["0.0"], "0"),
        ("number", ["1000000"], "1000000"),
        ("number", ["1.2340"], "1.2340"),
        ("date", ["2026-02-28"], "2026-02-28"),
        ("text", ["a\r\nb"], "a\nb"),
        ("choice", ["b"], "b"),
        ("choices", ["", "b", "a"], ["a", "b"]),
        ("choices", [""], None),
        ("number", ["  "], None),
    ],
)
def test_value_is_kept_in_one_form(kind, typed, kept):
    assert parse(kind, typed, ["a", "b"]) == kept


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("number", ["soon"], "not a number"),
        ("date", ["28.2.2026"], "2026-12-31"),
        ("date", ["2026-02-30"], "2026-12-31"),
        ("choice", ["z"], "one of the choices"),
        ("text", ["x" * 100_001], "100,000 fit"),
        ("text", ["a\x00b"], "Character 2 is a control character"),
        ("number", ["1e-999999"], "not a number"),
        ("number", ["1,200"], "in two ways. Write 1200 or 1.2."),
    ],
)
def test_wrong_value_is_refused_in_words(kind, typed, words):
    with pytest.raises(ValueError, match=words):
        parse(kind, typed, ["a", "b"])
