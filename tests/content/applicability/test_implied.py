"""Facts that follow from facts: chains, what stays open, and answers that contradict."""

import pytest

from compliance.content.applicability import implied
from compliance.content.applicability.rules import Sure, holds

KINDS = {"role": "several", "risk": "one", "maker": "yesno", "sold": "yesno"}


def fact(key, *entries):
    return {"key": key, "implies": list(entries)}


def entry(target, value, when=None):
    found = {"fact": target, "value": value, "because": f"{target} is {value}."}
    return found | ({"when": when} if when else {})


MAKER = fact("maker", entry("role", "manufacturer"))
MANUFACTURER = fact("role", entry("role", "provider", {"role": "manufacturer", "risk": "annex_i"}))


def closed(facts, *asked):
    ordered, circle = implied.in_order(implied.implications(asked), KINDS)
    assert circle == ()
    return implied.close(facts, ordered, KINDS)


def test_choice_is_added_where_its_rule_holds():
    found = closed({"role": ["manufacturer"], "risk": ["annex_i"]}, MANUFACTURER)
    assert found.facts["role"] == ["manufacturer", "provider"]
    assert [one.value for one in found.links["role"]] == ["provider"]
    assert found.clashes == ()


def test_nothing_follows_where_the_rule_fails():
    found = closed({"role": ["manufacturer"], "risk": ["annex_iii"]}, MANUFACTURER)
    assert (found.facts["role"], found.links) == (["manufacturer"], {})


@pytest.mark.parametrize("asked", [[MAKER, MANUFACTURER], [MANUFACTURER, MAKER]])
def test_chain_is_followed_in_whatever_order_it_is_written(asked):
    found = closed({"maker": ["yes"], "role": ["deployer"], "risk": ["annex_i"]}, *asked)
    assert found.facts["role"] == ["deployer", "manufacturer", "provider"]


def test_what_is_answered_already_is_no_step():
    found = closed({"maker": ["yes"], "role": ["manufacturer"]}, MAKER)
    assert (found.facts["role"], found.links) == (["manufacturer"], {})


def test_fact_that_is_not_known_gets_the_choice_and_stays_open():
    found = closed({"maker": ["yes"]}, MAKER)
    assert holds({"role": "manufacturer"}, found.facts) is True
    assert holds({"role": "provider"}, found.facts) is None


def test_open_rule_leaves_its_choice_open_and_no_other():
    found = closed({"role": ["manufacturer"], "risk": None}, MANUFACTURER)
    assert holds({"role": "provider"}, found.facts) is None
    assert holds({"role": "importer"}, found.facts) is False
    assert holds({"role": "manufacturer"}, found.facts) is True


def test_none_of_them_contradicts_what_follows_and_counts_as_not_known():
    found = closed({"maker": ["yes"], "role": []}, MAKER)
    assert [(one.fact, one.value) for one in found.clashes] == [("role", "manufacturer")]
    assert holds({"role": "manufacturer"}, found.facts) is True
    assert holds({"role": "provider"}, found.facts) is None


def test_other_answer_to_one_of_them_contradicts_and_counts_as_not_known():
    asked = fact("maker", entry("risk", "annex_i"), entry("risk", "annex_i"))
    found = closed({"maker": ["yes"], "risk": ["other"]}, asked)
    assert [one.value for one in found.clashes] == ["annex_i"]
    assert found.facts["risk"] is None


def test_two_choices_that_exclude_each_other_contradict():
    asked = fact("maker", entry("risk", "annex_i"), entry("risk", "annex_iii"))
    found = closed({"maker": ["yes"]}, asked)
    assert [one.value for one in found.clashes] == ["annex_iii"]
    assert found.facts["risk"] is None


def test_answers_themselves_are_left_as_they_are():
    given = {"maker": ["yes"], "role": ["deployer"]}
    closed(given, MAKER)
    assert given == {"maker": ["yes"], "role": ["deployer"]}


CIRCLES = [
    [fact("role", entry("role", "provider", {"role": "provider"}))],
    [
        fact("role", entry("role", "b", {"role": "a"})),
        fact("role", entry("role", "a", {"role": "b"})),
    ],
    [fact("maker", entry("sold", "yes")), fact("sold", entry("maker", "yes"))],
    [fact("risk", entry("risk", "annex_i", {"not": {"risk": "other"}}))],
]


@pytest.mark.parametrize("asked", CIRCLES)
def test_what_leads_back_to_itself_is_found(asked):
    _, circle = implied.in_order(implied.implications(asked), KINDS)
    assert len(circle) == len(asked)


def test_one_choice_may_imply_another_of_its_own_fact():
    asked = fact("role", entry("role", "gpai", {"role": "systemic"}))
    assert closed({"role": ["systemic"]}, asked).facts["role"] == ["systemic", "gpai"]


def test_sure_choices_say_which_others_may_hold():
    assert holds({"a": "y"}, {"a": Sure(["x"], frozenset("y"))}) is None
    assert holds({"a": "z"}, {"a": Sure(["x"], frozenset("y"))}) is False
    assert holds({"not": {"a": "z"}}, {"a": Sure(["x"])}) is None
