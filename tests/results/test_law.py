"""Worked examples of duties counted by verdict, as in ``docs/scoring.md``."""

from dataclasses import replace

from compliance.results.choices import Proof
from compliance.results.law import Duty, count, law_result

DUTY = Duty(1, "G001", "Title", "one", "One", "met", 3, is_law=True)


def duty(verdict, **values):
    return replace(DUTY, verdict=verdict, **values)


def test_confirmed_not_applicable_leaves_the_denominator():
    counts = count([duty("met"), duty("na"), duty("na", na_waits=True)])
    assert (counts.total, counts.met, counts.na, counts.open) == (2, 1, 1, 1)


def test_all_not_applicable_has_no_duty_left():
    counts = count([duty("na"), duty("na")])
    assert (counts.total, counts.na) == (0, 2)


def test_dont_know_and_later_are_open_and_no_zero():
    counts = count([duty("dont_know"), duty("later"), duty("unanswered")])
    assert (counts.open, counts.not_met, counts.total) == (3, 0, 3)


def test_law_and_recommended_practice_are_never_added():
    result = law_result([duty("not_met"), duty("not_met", is_law=False)])
    assert result.counts.not_met == 1
    assert result.practice.not_met == 1
    assert [one.is_law for one in result.gaps] == [True]


def test_duty_that_binds_later_is_to_prepare_and_never_not_met():
    later = [duty(v, is_ahead=True) for v in ("not_met", "unanswered", "met", "na")]
    result = law_result(later)
    assert result.counts.total == 0
    assert [one.verdict for one in result.ahead] == ["not_met", "unanswered"]
    assert result.gaps == []
    assert result.is_there


def test_sections_add_up_to_the_total():
    rows = [
        duty("met", section="a"),
        duty("partly", section="a", weight=5),
        duty("not_met", section="b", weight=2),
        duty("unanswered", section="b"),
    ]
    result = law_result(rows)
    assert [one.counts.total for one in result.sections] == [2, 2]
    assert sum(one.counts.weight for one in result.sections) == result.counts.weight
    assert result.counts.weights == (3, 5, 2, 3)


def test_heavier_gap_comes_first_and_not_met_before_partly():
    rows = [
        duty("partly", key="p", weight=5),
        duty("not_met", key="light", weight=1),
        duty("not_met", key="heavy", weight=5),
    ]
    assert [one.key for one in law_result(rows).gaps] == ["heavy", "light", "p"]


def test_proof_counts_met_duties_alone():
    rows = [
        duty("met", proof=Proof.WHOLE),
        duty("met", proof=Proof.EARLY),
        duty("met"),
        duty("partly", proof=Proof.WHOLE),
    ]
    counts = count(rows)
    assert (counts.met, counts.proved, counts.early) == (3, 1, 1)
