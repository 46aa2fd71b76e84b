"""Differences between two editions, by stable key."""

import copy

import pytest

from compliance.content.checklists.changes import ChangeList
from compliance.content.checklists.choices import ChangeKind
from compliance.content.checklists.diff import compare, word_diff
from tests.support.documents import document, question


def kinds(old, new):
    return {item.key: list(item.kinds) for item in compare(old, new).items}


def changed(name, value):
    old = document([question("Q1"), question("Q2")])
    new = copy.deepcopy(old)
    new["sections"][0]["questions"][0][name] = value
    return kinds(old, new)


def test_the_same_edition_differs_in_nothing():
    found = compare(document(), document())
    assert (found.changed, found.counts, found.facts) == ([], [], ())
    assert found.same_count == 3


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("text", "Do you keep a full list?", ChangeKind.REWORDED),
        ("title", "Another title", ChangeKind.REWORDED),
        ("kind", "text", ChangeKind.RETYPED),
        ("number", {"at_most": 3}, ChangeKind.CHOICES),
        ("rule", {"data": "health"}, ChangeKind.RULE),
        ("binds", ["deployer"], ChangeKind.RULE),
        ("cites", ["GDPR Art. 30(1)"], ChangeKind.CITATION),
        ("applies_from", [{"date": "2027-01-01"}], ChangeKind.STARTS),
        ("weight", 5, ChangeKind.WEIGHT),
        ("how_to_check", "Ask for it.", ChangeKind.GUIDANCE),
    ],
)
def test_each_field_is_a_change_of_its_kind(name, value, kind):
    assert changed(name, value) == {"Q1": [kind], "Q2": []}


def test_added_and_removed_questions_are_named_where_they_stand():
    old = document([question("Q1"), question("Q2"), question("Q3")])
    new = document([question("Q1"), question("Q4"), question("Q3")])
    assert kinds(old, new) == {
        "Q1": [],
        "Q2": [ChangeKind.REMOVED],
        "Q4": [ChangeKind.ADDED],
        "Q3": [],
    }
    assert list(kinds(old, new)) == ["Q1", "Q2", "Q4", "Q3"]


def test_removed_first_question_comes_first():
    old = document([question("Q1"), question("Q2")])
    assert list(kinds(old, document([question("Q2")]))) == ["Q1", "Q2"]


def test_one_question_that_changes_place_is_the_only_one_moved():
    old = document([question(f"Q{i}") for i in range(1, 6)])
    new = document([question(f"Q{i}") for i in (2, 3, 4, 5, 1)])
    assert [i.key for i in compare(old, new).of(ChangeKind.MOVED)] == ["Q1"]


def test_question_of_another_section_is_moved():
    old = document([question("Q1"), question("Q2")], [question("Q3")])
    new = document([question("Q1")], [question("Q2"), question("Q3")])
    (item,) = compare(old, new).of(ChangeKind.MOVED)
    assert (item.key, item.section) == ("Q2", "Section 2")


def test_choice_that_is_offered_no_more_is_named():
    old = document([question("Q1", kind="choice", choices=["a", "b"])])
    new = document([question("Q1", kind="choice", choices=["b", "c"])])
    (item,) = compare(old, new).items
    assert item.kinds == (ChangeKind.CHOICES,)


def test_facts_that_differ_are_named():
    old, new = document(), document()
    new["facts"] = [{**new["facts"][0], "choices": []}, {**new["facts"][0], "key": "x"}]
    found = [(change.key, change.kind) for change in compare(old, new).facts]
    assert found == [("data", ChangeKind.CHOICES), ("x", ChangeKind.ADDED)]


def test_wording_is_compared_word_by_word():
    assert word_diff("Do you keep a list?", "Do you keep a full list?") == [
        ("same", "Do you keep a "),
        ("ins", "full "),
        ("same", "list?"),
    ]


def test_rewritten_phrase_is_one_change():
    assert word_diff("Is it sent to all staff?", "Is it shown by each team?") == [
        ("same", "Is it "),
        ("del", "sent to all staff"),
        ("ins", "shown by each team"),
        ("same", "?"),
    ]


def test_changes_are_put_in_words():
    rule = {"data": "health"}
    old = document([question("Q1"), question("Q2"), question("Q3", weight=1)])
    new = document([question("Q1", rule=rule), question("Q2", kind="text")])
    new["sections"].append(
        {
            "key": "s2",
            "title": "Else",
            "intro": "",
            "questions": [question("Q3", applies_from=[{"date": "2027-01-02"}])],
        }
    )
    rows = ChangeList(old, new).rows(compare(old, new))
    labels = {row.item.key: [d.label for d in row.details] for row in rows}
    assert labels == {
        "Q1": ["Applies when"],
        "Q2": ["Kind of answer"],
        "Q3": ["Binds from", "Weight", "Section"],
    }
    starts = rows[2].details[0].runs
    assert "".join(text for kind, text in starts if kind != "del") == "2 Jan 2027"
