"""Worked examples of duties counted by verdict, as in ``docs/scoring.md``."""

from dataclasses import replace
from datetime import date

from compliance.content.legal_index.fines import Tier, limit_of, limits
from compliance.reporting.results.choices import Proof
from compliance.reporting.results.law import Duty, count, law_result

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


UPPER, LOWER = (
    Tier(20_000_000, 4, "Law Art. 8(5)"),
    Tier(10_000_000, 2, "Law Art. 8(4)"),
)


def test_gaps_come_by_limit_of_fines_then_weight():
    gaps = [
        duty("not_met", key="none", weight=5),
        duty("not_met", key="lower", tier=LOWER, weight=5),
        duty("partly", key="partly", tier=UPPER),
        duty("not_met", key="light", tier=UPPER, weight=1),
        duty("not_met", key="upper", tier=UPPER),
    ]
    keys = [one.key for one in law_result(gaps).gaps]
    assert keys == ["upper", "light", "lower", "none", "partly"]


def test_exposure_has_a_row_for_each_limit_and_keeps_open_apart():
    later = duty("unanswered", tier=UPPER, is_ahead=True, binds_from=date(2027, 1, 1))
    found = [duty("not_met", tier=UPPER), duty("open", tier=LOWER), duty("met"), later]
    rows = law_result(found).tiers
    assert [one.tier for one in rows] == [UPPER, LOWER, None]
    assert [one.counts.not_met for one in rows] == [1, 0, 0]
    assert [one.counts.open for one in rows] == [0, 1, 0]
    assert [one.to_prepare for one in rows] == [1, 0, 0]
    assert law_result([duty("met")]).tiers == []


def test_duty_of_two_roles_stands_in_both():
    found = [
        duty("not_met", roles=("maker", "user")),
        duty("met", roles=("maker",)),
        duty("open"),
    ]
    maker, user = law_result(found, ["maker", "user"]).roles
    assert (maker.counts.total, user.counts.total) == (3, 2)


def test_later_duties_come_by_day_with_those_open():
    days = [date(2027, 12, 2), date(2026, 12, 2), date(2027, 12, 2)]
    verdicts = ["partly", "not_met", "unanswered"]
    later = law_result(
        duty(verdict, is_ahead=True, binds_from=day) for verdict, day in zip(verdicts, days, strict=True)
    ).later
    assert [(one.on, one.counts.total, one.counts.open) for one in later] == [
        (date(2026, 12, 2), 1, 0),
        (date(2027, 12, 2), 2, 1),
    ]


def test_limit_holds_for_every_unit_of_an_article_and_for_no_other():
    known = limits(
        [
            {
                "amount": 7_500_000,
                "percent": 1,
                "under": "Act Art. 9",
                "provisions": ["Act Art. 6", "Act Art. 25(2)"],
            }
        ]
    )
    assert limit_of("Act Art. 6(1)(a)", known).words == "7.5 M or 1 %"
    assert limit_of("Act Art. 25(2)(b)", known)
    assert limit_of("Act Art. 25(1)", known) is None
    assert limit_of("Act Art. 61", known) is None
