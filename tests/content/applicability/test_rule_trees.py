"""Rules as trees of rows: what is read, shaped and written again says the same."""

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.content.applicability import rule_trees, rules
from compliance.content.applicability.rule_trees import Condition, Group, Row
from compliance.content.editor.shaping import ShapeError, shape
from tests.support.chance_rules import facts, rule

slow_machines = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
A, B, C = (Condition(name, ("yes",)) for name in "abc")


@pytest.mark.slow
@slow_machines
@given(rule, facts)
def test_rule_read_and_written_again_decides_the_same(one, known):
    again = rule_trees.rule_of(rule_trees.tree_of(one))
    assert rules.holds(again, known) == rules.holds(one, known)


@pytest.mark.slow
@slow_machines
@given(rule)
def test_rows_give_the_tree_back_and_an_untouched_rule_stays(one):
    tree = rule_trees.tree_of(one)
    assert rule_trees.group_of(tree.join, rule_trees.rows_of(tree)) == tree
    assert rule_trees.kept(tree, [one]) is one


def test_none_of_is_read_from_not_any():
    one = {"all": [{"a": "yes"}, {"not": {"any": [{"b": "yes"}, {"c": "yes"}]}}]}
    assert rule_trees.tree_of(one) == Group("all", (A, Group("none", (B, C))))


def test_rows_too_deep_join_the_group_above_and_empty_groups_go():
    rows = [Row(0, Group("any")), Row(1, A), Row(7, B), Row(0, Group("all"))]
    assert rule_trees.group_of("all", rows) == Group("all", (Group("any", (A, B)),))


def test_rule_deeper_than_the_limit_is_refused_in_words():
    one = {"a": "yes"}
    for _ in range(rules.MOST_DEPTH):
        one = {"all": [one]}
    assert rules.fault_of(one, {"a": {"yes"}}) == ""
    assert "more than 12 deep" in rules.fault_of({"not": one}, {"a": {"yes"}})


def posted(*rows):
    """A form: depth, "group" or "", and what marks the row."""
    data = QueryDict(mutable=True)
    data["if-rows"] = str(len(rows))
    for at, (depth, join, name) in enumerate(rows):
        data[f"if-{at}-depth"], data[f"if-{at}-join"] = str(depth), join
        data[f"if-{at}-picks"] = name
    return data


def standing(data):
    count = int(data["if-rows"])
    return [(int(data[f"if-{at}-depth"]), data.get(f"if-{at}-picks", "new")) for at in range(count)]


TREE = [(0, "", "a"), (0, "any", "g"), (1, "", "b"), (1, "", "c"), (0, "", "d")]


@pytest.mark.parametrize(
    ("asked", "stands", "focus"),
    [
        ("if condition -1", "0a 0g 1b 1c 0d 0new", "if-5-fact"),
        ("if condition 1", "0a 0g 1b 1c 1new 0d", "if-4-fact"),
        ("if group 1", "0a 0g 1b 1c 1new 0d", "if-4-join"),
        ("if remove 1", "0a 0d", "if-1-remove"),
        ("if remove 4", "0a 0g 1b 1c", "if-3-remove"),
        ("if up 0", "0a 0g 1b 1c 0d", "if-0-up"),
        ("if up 1", "0g 1b 1c 0a 0d", "if-0-up"),
        ("if up 2", "0a 0b 0g 1c 0d", "if-1-up"),
        ("if up 3", "0a 0g 1c 1b 0d", "if-2-up"),
        ("if up 4", "0a 0g 1b 1c 1d", "if-4-up"),
        ("if down 0", "0g 1a 1b 1c 0d", "if-1-down"),
        ("if down 1", "0a 0d 0g 1b 1c", "if-2-down"),
        ("if down 2", "0a 0g 1c 1b 0d", "if-3-down"),
        ("if down 3", "0a 0g 1b 0c 0d", "if-3-down"),
        ("if down 4", "0a 0g 1b 1c 0d", "if-4-down"),
    ],
)
def test_buttons_shape_the_rows(asked, stands, focus):
    data = posted(*TREE)
    assert shape(data, asked).focus == focus
    assert " ".join(f"{depth}{name}" for depth, name in standing(data)) == stands


@pytest.mark.parametrize(
    "asked",
    [
        *("", "if", "if up", "if up x", "if up 5", "if remove -1", "if fly 1"),
        *("if condition 0", "cites up 0", "date-0-wh.n up 0", "if up 0 0"),
    ],
)
def test_what_no_button_asks_for_changes_nothing(asked):
    data = posted(*TREE)
    before = data.copy()
    with pytest.raises(ShapeError):
        shape(data, asked)
    assert data == before


def test_limits_are_named_in_words():
    deep = posted(*((at, "any", "g") for at in range(5)))
    with pytest.raises(ShapeError, match="at most 5 deep"):
        shape(deep, "if group 4")
    full = posted(*((0, "", "a") for _ in range(60)))
    with pytest.raises(ShapeError, match="at most 60 conditions"):
        shape(full, "if condition -1")
    group = [(0, "any", "h"), *((at, "any", "g") for at in range(5))]
    data = posted(*group, (0, "any", "x"), (1, "any", "y"))
    shape(data, "if up 6")
    assert standing(data)[-2:] == [(1, "x"), (2, "y")]


@pytest.mark.slow
@slow_machines
@given(rule, st.lists(st.tuples(st.sampled_from(["up", "down"]), st.integers(0, 9))))
def test_moves_lose_no_condition(one, moves):
    rows = list(rule_trees.rows_of(rule_trees.tree_of(one)))
    data = posted(*((row.depth, getattr(row.part, "join", ""), str(at)) for at, row in enumerate(rows)))
    for verb, at in moves:
        if at < len(rows):
            shape(data, f"if {verb} {at}")
    stands = standing(data)
    assert sorted(name for _, name in stands) == sorted(map(str, range(len(rows))))
    deep = [depth for depth, _ in stands]
    assert all(b <= a + 1 for a, b in zip([-1, *deep], deep, strict=False))


def test_days_take_their_rules_along():
    data = QueryDict(
        "date-rows=2&date-0-on=2027-01-01&date-0-when-rows=1&date-0-when-0-picks=a%3Dyes"
        "&date-1-on=2028-01-01&date-1-when-rows=0",
        mutable=True,
    )
    assert shape(data, "date down 0").focus == "date-1-down"
    assert data["date-1-on"] == "2027-01-01"
    assert data["date-1-when-0-picks"] == "a=yes"
    assert "date-0-when-0-picks" not in data
    assert shape(data, "date add -1").focus == "date-0-on"
    assert data["date-2-when-0-picks"] == "a=yes"
    shape(data, "date remove 1")
    assert data["date-rows"] == "2"
    assert data["date-1-when-0-picks"] == "a=yes"
    assert shape(data, "date-1-when group -1").area == "date-1-when"
    assert data["date-1-when-1-join"] == "any"
    for _ in range(18):
        shape(data, "date add -1")
    with pytest.raises(ShapeError, match="at most 20 days"):
        shape(data, "date add -1")
