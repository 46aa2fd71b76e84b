"""Rules are three-valued logic, and every rule can be read, asked and said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.applicability import rules
from tests.support.chance_rules import KNOWN, WORDS, facts, rule


@pytest.mark.slow
@given(rule, facts)
def test_twice_not_is_the_rule_itself(one, known):
    assert rules.holds({"not": {"not": one}}, known) == rules.holds(one, known)


@pytest.mark.slow
@given(rule, rule, facts)
def test_not_all_is_any_not(one, other, known):
    left = {"not": {"all": [one, other]}}
    right = {"any": [{"not": one}, {"not": other}]}
    assert rules.holds(left, known) == rules.holds(right, known)


@pytest.mark.slow
@given(rule, rule, rule, facts)
def test_all_spreads_over_any(one, two, three, known):
    left = {"all": [one, {"any": [two, three]}]}
    right = {"any": [{"all": [one, two]}, {"all": [one, three]}]}
    assert rules.holds(left, known) == rules.holds(right, known)


@pytest.mark.slow
@given(rule, rule, facts)
def test_order_does_not_matter(one, other, known):
    for word in ("all", "any"):
        turned = rules.holds({word: [other, one]}, known)
        assert rules.holds({word: [one, other]}, known) == turned


@pytest.mark.slow
@given(rule, facts)
def test_a_fact_learned_later_only_closes_what_was_open(one, known):
    before = rules.holds(one, known)
    learned = {key: known.get(key) or [] for key in KNOWN}
    after = rules.holds(one, learned)
    assert after is not None
    assert before in (None, rules.holds(one, {**known, **_filled(known)}))


def _filled(known):
    return {key: [] for key in KNOWN if known.get(key) is None}


@pytest.mark.slow
@given(rule, facts)
def test_what_check_accepts_is_asked_and_said(one, known):
    rules.check(one, KNOWN)
    assert rules.holds(one, known) in (True, False, None)
    assert set(rules.uses(one)) <= set(KNOWN)
    assert isinstance(rules.sentence(one, WORDS), str)
    found = rules.applicability(one, ["keeper"], "role", known, WORDS)
    assert found.applies or rules.holds({"all": [one, {"role": ["keeper"]}]}, known) is False


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["all", "any", "not", *KNOWN, "x"]), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    facts,
)
def test_what_check_accepts_never_fails(anything, known):
    try:
        rules.check(anything, KNOWN)
    except (rules.RuleError, TypeError):
        return
    assert rules.holds(anything, known) in (True, False, None)
    assert rules.sentence(anything, WORDS)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (None, "a rule is a mapping with at least one key, not None"),
        ({}, "a rule is a mapping with at least one key, not {}"),
        ({"any": []}, "any takes a list of rules"),
        ({"not": {"paper": "maybe"}}, "fact 'paper' has no choice 'maybe'"),
        ({"x": "y"}, "unknown fact 'x'; known are data, paper, role"),
    ],
)
def test_wrong_rule_is_named(wrong, said):
    with pytest.raises(rules.RuleError) as refused:
        rules.check(wrong, KNOWN)
    assert str(refused.value) == said


def test_first_date_that_fits_counts():
    dates = [
        {"date": "2027-12-02", "when": {"role": "keeper"}},
        {"date": "2028-08-02"},
    ]
    assert rules.starts_on(dates, {"role": ["reader"]}) == date(2028, 8, 2)
    assert rules.starts_on(dates, {"role": ["keeper"]}) == date(2027, 12, 2)
    assert rules.starts_on(dates, {}) == date(2027, 12, 2)
    assert rules.starts_on([], {}) is None
