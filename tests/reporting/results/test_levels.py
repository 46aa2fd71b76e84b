"""Worked examples of levels and stages, as in ``docs/scoring.md``."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from compliance.content.checklists.choices import Reading
from compliance.content.checklists.rating import Rating
from compliance.content.checklists.scales import Group, Level, Scale, ratings, scales_of
from compliance.reporting.results.choices import Proof
from compliance.reporting.results.levels import Criterion, scale_result

SEEDS = Path(__file__).parent.parent.parent.parent / "seeds"

CORE_BANKING = """
    83 62 42 62 62 62 42 62
    167 84 125 84 84 84
    150 150 150 150 100
    84 125 84 84 84 42
    72 - 36 72 72 72 72
    150 150 100 100 50
    72 107 107 107 72 72 107
    125 125 125 -
"""
"""Points of 48 answers, an objective a line; a dash is open."""
MINIMUM = {f"sov-{at}": level for at, level in enumerate((2, 2, 3, 2, 2, 2, 2, 1), 1)}


def scale_of(checklist):
    """The scale of a checklist, and its questions by key."""
    head = yaml.safe_load((SEEDS / checklist / "checklist.yaml").read_text())
    [scale] = scales_of(head["scales"])
    questions = {
        question["key"]: question
        for path in sorted((SEEDS / checklist).glob("[0-9]*.yaml"))
        for question in yaml.safe_load(path.read_text())["questions"]
    }
    return scale, questions


def criterion(question, chosen):
    """A criterion that is answered by the rating that ``chosen`` accepts."""
    offered = tuple(ratings(question["choices"]).values())
    rating = next((one for one in offered if chosen(one)), None)
    key, title = question["key"], question["title"]
    return Criterion(0, key, title, question.get("weight", 3), rating, offered)


def by_points(points):
    """Whether a rating has those points, rounded or cut to whole ones."""
    return lambda rating: points in {f"{rating.points:.0f}", f"{int(rating.points)}"}


@pytest.fixture(scope="module")
def sovereignty():
    return scale_of("sovereignty")


def result_of(sovereignty, points, targets=()):
    scale, questions = sovereignty
    keys = [key for group in scale.groups for key in group.questions]
    found = {
        key: criterion(questions[key], by_points(one)) for key, one in zip(keys, points.split(), strict=True)
    }
    return scale_result(scale, found, dict(targets))


def test_core_banking_cloud_is_seal_1_and_rejected(sovereignty):
    result = result_of(sovereignty, CORE_BANKING, MINIMUM)
    assert [one.level for one in result.groups] == [2, 1, 1, 2, 2, 3, 1, 2]
    assert result.level_name == "SEAL-1"
    assert [one.group.key for one in result.groups if one.is_reached is False] == [
        "sov-2",
        "sov-3",
        "sov-7",
    ]
    assert result.is_rejected
    assert result.score == Decimal("54.1")
    assert (result.answered, result.open) == (46, 2)
    holding = [one.title.split()[0] for gap in result.gaps for one in [gap.criterion]]
    assert set(holding) == {"SOV-2.2", "SOV-2.3", "SOV-3.4", "SOV-3.5", "SOV-7.7"}


def test_service_with_one_criterion_at_seal_0_is_seal_0(sovereignty):
    keys = "150 150 150 150 100"
    result = result_of(sovereignty, CORE_BANKING.replace(keys, "0 150 150 150 100"))
    data = result.groups[2]
    assert data.level == 0
    assert [one.title.split()[0] for one in data.holding] == ["SOV-3.1"]
    assert result.level_name == "SEAL-0"


def test_unanswered_criterion_is_no_seal_0(sovereignty):
    result = result_of(sovereignty, " ".join("-" * 48))
    assert result.level is None
    assert result.level_name == ""
    assert result.score == 0
    assert all(one.level is None for one in result.groups)


def test_criterion_that_cannot_lower_the_level_counts_for_points_only(sovereignty):
    scale, questions = sovereignty
    inert = [
        key
        for group in scale.groups
        for key in group.questions
        if criterion(questions[key], lambda _: True).is_inert
    ]
    assert len(inert) == 9
    answered = {inert[0]: criterion(questions[inert[0]], lambda one: one.points > 0)}
    result = scale_result(scale, answered, {"sov-1": 4})
    assert result.level is None
    assert result.score > 0
    assert result.gaps == []


def test_higher_score_lifts_no_rejected_offer(sovereignty):
    better = CORE_BANKING.replace("150 150 150 150 100", "200 200 200 150 200")
    result = result_of(sovereignty, better, MINIMUM)
    assert result.score > Decimal("54.1")
    assert result.is_rejected


def test_every_best_answer_is_a_hundred_and_seal_4(sovereignty):
    scale, questions = sovereignty
    found = {
        key: criterion(
            questions[key],
            lambda one, q=questions[key]: (
                one == max(ratings(q["choices"]).values(), key=lambda r: (r.level, r.points))
            ),
        )
        for group in scale.groups
        for key in group.questions
    }
    result = scale_result(scale, found, {})
    assert result.level_name == "SEAL-4"
    assert result.score == Decimal("100.1")  # the official points are rounded


def stages(*levels, target=None):
    """A result of one pillar whose rows have those stages; None is open."""
    head = {
        "key": "maturity",
        "name": "Maturity",
        "read": "mean",
        "levels": [{"name": n} for n in ("Traditional", "Initial", "Advanced", "Optimal")],
        "groups": [
            {
                "key": "data",
                "title": "Data",
                "questions": [f"Z{at}" for at in range(len(levels))],
            }
        ],
    }
    offered = tuple(Rating(at, Decimal(0), str(at)) for at in range(4))
    rows = {
        f"Z{at}": Criterion(at, f"Z{at}", "", 3, None if one is None else offered[one], offered)
        for at, one in enumerate(levels)
    }
    targets = {} if target is None else {"data": target}
    return scale_result(scales_of([head])[0], rows, targets)


def test_pillar_with_one_traditional_row_is_traditional():
    [data] = stages(2, 2, 0, 3, target=2).groups
    assert (data.level, data.mean) == (0, Decimal("2.8"))
    assert [one.key for one in data.holding] == ["Z2"]
    assert data.steps == 2  # the row above its target pays for no other


def test_mean_is_rounded_half_up_over_answered_rows():
    [data] = stages(1, 1, 1, 2, None).groups
    assert data.mean == Decimal("2.3")  # 2.25
    assert data.open == 1


def test_fewer_than_four_fifths_answered_is_provisional():
    assert stages(1, 1, 1, None, None).is_provisional
    assert not stages(1, 1, 1, 1, None).is_provisional


def test_nothing_answered_has_neither_mean_nor_stage():
    result = stages(None, None)
    assert (result.level, result.groups[0].mean, result.steps) == (None, None, 0)


def test_all_forty_rows_of_the_model_are_on_the_scale_once():
    scale, questions = scale_of("zero-trust")
    keys = [key for group in scale.groups for key in group.questions]
    assert len(keys) == len(set(keys)) == 40
    assert {questions[key]["kind"] for key in keys} == {"stage"}


def test_evidence_that_ends_early_backs_and_does_not_prove():
    result = stages(1, 1)
    group = result.groups[0]
    first, second = group.criteria
    rows = {
        "Z0": Criterion(0, "Z0", "", 3, first.rating, first.offered, Proof.EARLY),
        "Z1": Criterion(1, "Z1", "", 3, second.rating, second.offered, Proof.WHOLE),
    }
    result = scale_result(result.scale, rows, {})
    assert (result.backed, result.proved) == (2, 1)


def doubtful(key, level, higher=None):
    said = "Sources differ." if higher else ""
    rating = Rating(level, Decimal(100), "Partly", said, higher=higher)
    offered = (Rating(0, Decimal(0)), rating, Rating(4, Decimal(200)))
    return Criterion(1, key, key, 3, rating, offered)


@pytest.mark.parametrize(
    ("answers", "level", "higher", "contested"),
    [
        ([("a", 2, 3), ("b", 4)], 2, 3, ["a"]),
        ([("a", 2, 3), ("b", 2)], 2, None, ["a"]),
        ([("a", 1, 4), ("b", 2, 3)], 1, 3, ["a", "b"]),
        ([("a", 2), ("b", 4)], 2, None, []),
    ],
)
def test_contested_level_counts_by_the_lower_reading_and_shows_the_other(answers, level, higher, contested):
    keys = tuple(key for key, *_ in answers)
    levels = tuple(Level(f"SEAL-{n}") for n in range(5))
    group = Group("one", "One", keys)
    scale = Scale("seal", "Level", Reading.LOWEST, levels, (group,))
    found = {one[0]: doubtful(*one) for one in answers}
    result = scale_result(scale, found, {"one": 3})
    (one,) = result.groups
    assert (one.level, one.higher) == (result.level, result.higher) == (level, higher)
    assert [criterion.key for criterion in one.contested] == contested
    assert result.is_rejected  # by the lower one, whatever the other reading says
