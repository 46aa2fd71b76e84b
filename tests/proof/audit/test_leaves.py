"""The commitment to each leaf of an event, and erasing one of them."""

import json

import pytest

from compliance.proof.audit.chain import canonical
from compliance.proof.audit.leaves import (
    ERASED,
    committed,
    erased,
    may_be_erased,
    readable,
    root,
    walk,
    without,
)
from compliance.proof.audit.merkle import root_of
from compliance.proof.verifier import verify_events

CONTENT = {
    "after": {
        "note": "Ada wrote this",
        "verdict": "met",
        "people": ["Ada", "Grace"],
        "numbers": [1, 2],
        "rows": [["a", 1], ["b", 2]],
        "nothing": {},
        "a/b~#": [{"text": "deep"}],
    },
    "before": {},
}
TEXTS = ("/after/note", "/after/people/#", "/after/a~1b~0~2/#/text")


def test_a_leaf_is_whatever_holds_no_text_of_its_own():
    assert dict(walk(CONTENT)) == {
        "/after/note": "Ada wrote this",
        "/after/verdict": "met",
        "/after/people/#0": "Ada",
        "/after/people/#1": "Grace",
        "/after/numbers": [1, 2],
        "/after/rows": [["a", 1], ["b", 2]],
        "/after/nothing": {},
        "/after/a~1b~0~2/#0/text": "deep",
        "/before": {},
    }


def test_the_root_is_that_of_a_merkle_tree_over_places_salts_and_values():
    salts, made = committed(CONTENT)
    rows = zip(walk(CONTENT), salts.split(), strict=True)
    data = [canonical([place, salt, value]).encode() for (place, value), salt in rows]
    assert made == root_of(data).hex() == root(CONTENT, salts)


def test_the_stand_alone_verifier_works_out_the_same_root():
    for content in (CONTENT, {"a": 1}, {"a": {"b": [None, "x", {}]}}, {"é": "ü🙂"}):
        salts, made = committed(content)
        assert verify_events.root_of(content, salts.split()) == made
    salts, _ = committed(CONTENT)
    content, salts, _ = without(CONTENT, salts, TEXTS, lambda place, text: True)
    assert verify_events.root_of(content, salts.split()) == root(content, salts)


def test_equal_contents_have_other_salts_and_so_another_root():
    assert committed(CONTENT)[1] != committed(CONTENT)[1]
    assert len(set(committed(CONTENT)[0].split())) == len(walk(CONTENT))


def test_an_erased_text_leaves_the_root_as_it_was():
    salts, made = committed(CONTENT)
    left, rest, gone = without(CONTENT, salts, TEXTS, lambda place, text: "Ada" in text)
    assert gone == ["/after/note", "/after/people/#0"] == erased(left, rest)
    assert root(left, rest) == made
    assert "Ada" not in json.dumps(left) + rest
    assert left["after"]["people"] == [None, "Grace"]
    assert readable(left, rest)["after"]["note"] is ERASED
    again, same, none = without(left, rest, TEXTS, lambda place, text: "Ada" in text)
    assert (again, same, none) == (left, rest, [])


def test_an_erased_text_agrees_with_every_text_and_with_nothing_else():
    assert ERASED == "anything"
    assert not ERASED != "anything"  # noqa: SIM202 - both ways are asked
    assert [ERASED] == ["anything"]
    assert ERASED != 7
    assert ERASED is not None
    assert f"It said {ERASED}." == "It said [erased]."


def test_nothing_else_of_an_event_with_an_erased_text_can_be_changed():
    salts, made = committed(CONTENT)
    left, rest, _ = without(CONTENT, salts, TEXTS, lambda place, text: "Ada" in text)
    left["after"]["people"][1] = "Mallory"
    assert root(left, rest) != made
    left["after"]["people"][1], left["after"]["note"] = "Grace", "put back"
    with pytest.raises(ValueError, match="is erased, and has a value"):
        root(left, rest)
    assert verify_events.root_of(left, rest.split()) is None


def test_a_leaf_more_or_less_does_not_fit_the_salts():
    salts, _ = committed(CONTENT)
    with pytest.raises(ValueError, match="9 leaves and 8 salts"):
        root(CONTENT, salts.rpartition(" ")[0])


def test_a_list_whose_only_text_was_erased_is_walked_as_before():
    content = {"people": ["Ada"]}
    salts, made = committed(content)
    left, rest, _ = without(content, salts, ("/people/#",), lambda place, text: True)
    assert (left, root(left, rest)) == ({"people": [None]}, made)


@pytest.mark.parametrize(
    ("place", "texts", "may"),
    [
        ("/after/note", ["/after/note"], True),
        ("/after/note", [], False),
        ("/after/note", ["/after/notes", "/before/note"], False),
        ("/after/note/#0", ["/after/note"], False),
        ("/after/people/#10", ["/after/people/#"], True),
        ("/after/people/10", ["/after/people/#"], False),
        ("/after/answers/17/note", ["/after/answers/*/note"], True),
        ("/after/answers/#1/note", ["/after/answers/*/note"], False),
        ("/after/answers/1/2/note", ["/after/answers/*/note"], False),
        ("/after/part", ["/after/part/**"], True),
        ("/after/part/#0/title", ["/after/part/**"], True),
        ("/after/party", ["/after/part/**"], False),
        ("/after/a.b", ["/after/a.b"], True),
        ("/after/axb", ["/after/a.b"], False),
        ("/after/key\nof lines/note", ["/after/*/note"], True),
    ],
)
def test_only_what_a_type_names_is_erased(place, texts, may):
    assert may_be_erased(place, texts) == may


def test_what_no_type_names_stays_whatever_is_asked_for():
    salts, _ = committed(CONTENT)
    assert without(CONTENT, salts, (), lambda place, text: True) == (CONTENT, salts, [])
