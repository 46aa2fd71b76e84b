"""Contexts of the result page: sentences, bars and tables, so that templates only print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from compliance.content.checklists.rating import Rating, counted_as
from compliance.ground.charts.shapes import Axis, Chart, bar, radar, track
from compliance.reporting.results.beside import Abreast, Beside
from compliance.reporting.results.files import TYPES
from compliance.reporting.results.law import (
    NO_LIMIT,
    RULED_ON,
    Counts,
    Duty,
    Exposure,
    LawResult,
    Section,
)
from compliance.reporting.results.levels import (
    Criterion,
    GroupResult,
    LevelGap,
    ScaleResult,
    is_staged,
    target_name,
)
from compliance.reporting.results.queries import Result
from compliance.reporting.results.summary_figures import GroupFigures
from compliance.work.assessments.models import Action

MOST = 8
"""Gaps that a result shows at once; all of them are in the list of questions."""
NAMED = 2
"""Criteria named in a cell; the rest are counted."""
BAR = 200


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section with its bar; ``first`` is the answer to its first duty."""

    section: Section
    bar: Chart
    first: int


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """The duties under one limit of fines, or of one role; ``small`` says more."""

    name: str
    small: str
    counts: Counts
    to_prepare: int


@dataclass(frozen=True, slots=True)
class Row:
    """A group of a scale with the track of its levels and the criteria that hold it down."""

    result: GroupResult
    track: Chart
    level: str
    higher: str
    """Its level by the other reading of contested answers, where that is another."""
    target: str
    named: list[Criterion]
    more: int
    last: str = ""
    """Its level in the period before, and its mean there where it is a stage."""
    last_mean: str = ""


@dataclass(frozen=True, slots=True)
class GapRow:
    """A criterion below its target, or a duty not met, with what is planned."""

    gap: LevelGap | None
    duty: Duty | None
    action: Action | None
    now: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion with the name of its level, "" while it is open."""

    criterion: Criterion
    level: str


@dataclass(frozen=True)
class ScaleView:
    """One scale on the page."""

    result: ScaleResult
    is_staged: bool
    rows: list[Row]
    across: list[Row]
    criteria: list[CriterionRow]
    gaps: list[GapRow]
    more_gaps: int
    radar: Chart | None
    headline: str
    sentences: list[str]
    year: int | None
    """The year of the period before; None where there is none with this scale."""
    abreast: Abreast | None


def context_of(result: Result, beside: Beside) -> dict[str, Any]:
    """All that the page prints."""
    scales = [_scale(one, result.actions, beside) for one in result.scales if one.criteria]
    return {
        "assessment": result.assessment,
        "today": result.today,
        "law": result.law,
        "law_headline": _law_headline(result.law.counts),
        "law_sentences": _law_sentences(result.law),
        "law_rows": _section_rows(result),
        "law_tiers": [_tier_row(one) for one in result.law.tiers],
        "law_roles": _role_rows(result),
        "law_gaps": [GapRow(None, duty, _first(result.actions, duty.id)) for duty in result.law.gaps[:MOST]],
        "law_more": max(0, len(result.law.gaps) - MOST),
        "practice_bar": _bar(result.law.practice, BAR, rates=True),
        "scales": scales,
        "periods": beside.periods() if result.law.is_there else [],
        "formats": TYPES,
        "rules": RULED_ON,
    }


def _law_headline(counts: Counts) -> str:
    if not counts.total:
        return "Nothing binds today"
    if counts.open == counts.total:
        return f"0 of {counts.total} answered"
    return f"{counts.not_met} not met" if counts.not_met else f"{counts.met} met"


def _law_sentences(law: LawResult) -> list[str]:
    counts = law.counts
    said = []
    if counts.total:
        partly = f", {counts.partly} in part" if counts.partly else ""
        said.append(f"{counts.met} of {counts.total} duties are met{partly}.")
    if not_met := _under_the_highest(law):
        said.append(f"{not_met} not met under the highest limit of fines.")
    if counts.open:
        said.append(f"{counts.open} still open: a risk, not a zero.")
    if counts.met:
        said.append(f"Evidence covers the whole audit period for {counts.proved} of the {counts.met} met.")
    if law.ahead:
        said.append(f"{len(law.ahead)} to prepare: not binding yet.")
    return said


def _under_the_highest(law: LawResult) -> int:
    """The duties not met under the highest limit, whatever provisions set it."""
    limits = [(one.tier.words, one.counts.not_met) for one in law.tiers if one.tier]
    return sum(not_met for words, not_met in limits if words == limits[0][0])


def _tier_row(one: Exposure) -> ExposureRow:
    if one.tier is None:
        small = "national law decides, or nobody"
        return ExposureRow(NO_LIMIT.capitalize(), small, one.counts, one.to_prepare)
    small = f"{one.tier.under}. {one.tier.note}" if one.tier.note else one.tier.under
    return ExposureRow(f"EUR {one.tier.words}", small, one.counts, one.to_prepare)


def _role_rows(result: Result) -> list[ExposureRow]:
    """A row for each role; none where all duties bind in one."""
    names = result.assessment.edition.roles
    if len(result.law.roles) < 2:
        return []
    return [
        ExposureRow(names.get(one.key, one.key), "", one.counts, one.to_prepare) for one in result.law.roles
    ]


def _section_rows(result: Result) -> list[SectionRow]:
    sections = result.law.sections
    heaviest = max((one.counts.weight for one in sections), default=0) or 1
    binding = [one for one in result.duties if one.is_law and not one.is_ahead]
    firsts = {one.section: one.id for one in reversed(binding)}
    return [
        SectionRow(one, _bar(one.counts, BAR * one.counts.weight // heaviest), firsts[one.key])
        for one in sections
    ]


def _bar(counts: Counts, length: int, *, rates: bool = False) -> Chart:
    """The bar of some duties: each verdict as long as its weight."""
    named = [("unanswered" if v == "open" else counted_as(v, rates=rates), w) for v, w in counts.weighed]
    return bar(named, length)


def _scale(result: ScaleResult, actions: dict[int, list[Action]], beside: Beside) -> ScaleView:
    key = result.scale.key
    last = beside.last(key)
    rows = [_row(result, one, last.get(one.group.key)) for one in result.groups]
    gaps = [
        GapRow(
            gap,
            None,
            _first(actions, gap.criterion.id),
            _named(result, gap.criterion.rating),
            _named(result, gap.wanted),
        )
        for gap in result.gaps
    ]
    staged = is_staged(result.scale)
    return ScaleView(
        result=result,
        is_staged=staged,
        rows=[one for one in rows if not one.result.group.across],
        across=[one for one in rows if one.result.group.across],
        criteria=[CriterionRow(c, _named(result, c.rating)) for c in result.criteria],
        gaps=gaps[:MOST],
        more_gaps=max(0, len(gaps) - MOST),
        radar=radar_of(result, last) if staged else None,
        headline=_staged_headline(result) if staged else _level_headline(result),
        sentences=[
            *(_staged_sentences(result) if staged else _level_sentences(result)),
            *_beyond(result),
        ],
        year=beside.before.assessment.period_to.year if beside.before and last else None,
        abreast=beside.abreast(key),
    )


def _named(result: ScaleResult, rating: Rating | None) -> str:
    return result.scale.name_of(rating.level) if rating else ""


def _row(result: ScaleResult, one: GroupResult, last: GroupFigures | None) -> Row:
    scale = result.scale
    return Row(
        result=one,
        track=track(one.level, one.target, scale.top),
        level=scale.name_of(one.level),
        higher=scale.name_of(one.higher),
        target=target_name(scale, one.wanted),
        named=one.holding[:NAMED] if one.level != scale.top else [],
        more=max(0, len(one.holding) - NAMED) if one.level != scale.top else 0,
        last=last.level_name if last else "",
        last_mean=last.mean if last else "",
    )


def radar_of(result: ScaleResult, last: Mapping[str, GroupFigures] | None = None) -> Chart | None:
    """The radar of the groups with a mean; None for fewer than three.

    ``last`` are the groups of the period before, by key.
    """
    earlier = {key: one.mean for key, one in (last or {}).items()}
    axes = [
        Axis(
            one.group.title,
            one.mean,
            (one.level or 0) + 1,
            None if one.target is None else one.target + 1,
            Decimal(earlier[one.group.key]) if earlier.get(one.group.key) else None,
        )
        for one in result.groups
        if one.mean is not None
    ]
    return radar(axes, result.scale.top + 1)


def _level_headline(result: ScaleResult) -> str:
    return result.level_name or "No level yet"


def _level_sentences(result: ScaleResult) -> list[str]:
    if not result.answered:
        return ["Answer the first criterion: the lowest answer sets the level."]
    if result.level is None:
        return ["The lowest answer sets the level; no answer decides it yet."]
    said = [f"The lowest of {result.answered} answered criteria counts."]
    if result.is_rejected:
        names = ", ".join(one.group.title for one in result.groups if one.is_reached is False)
        said.insert(0, f"Below our minimum in {names}: an offer like this is rejected.")
    elif result.has_targets and not (result.open or result.beyond):
        some = "" if result.wanted == len(result.groups) else " that has one"
        said.insert(0, f"At or above our minimum in every objective{some}.")
    elif not (result.has_targets or result.beyond):
        said.append("No minimum is set.")
    if result.open:
        said.append(f"{result.open} open: the level may fall.")
    if count := len(result.contested):
        said.append(_contested(result, count))
    return said


def _contested(result: ScaleResult, count: int) -> str:
    """The contested answers, and what the other reading would make of the level."""
    are = "answer has a level" if count == 1 else "answers have levels"
    said = f"{count} {are} on which sources differ; the lower one counts."
    if result.higher is None:
        return f"{said} By the other reading the level is the same."
    return f"{said} By the other reading: {result.scale.name_of(result.higher)}."


def _staged_headline(result: ScaleResult) -> str:
    if result.level is None:
        return "No stage yet"
    if result.has_targets:
        return f"{result.steps} step{'' if result.steps == 1 else 's'} to our targets"
    return f"{result.answered} of {len(result.criteria)} answered"


def _staged_sentences(result: ScaleResult) -> list[str]:
    if not result.answered:
        return ["Answer the first row: each pillar has a mean and a lowest stage."]
    if result.level is None:
        return ["The lowest answer sets the stage; no answer decides it yet."]
    said = []
    if result.is_provisional:
        said.append("Provisional: fewer than four fifths of the rows are answered.")
    lowest = [one for one in result.groups if one.level == result.level]
    names = ", ".join(one.group.title for one in lowest)
    said.append(f"The lowest stage, {result.level_name}, is in {names}.")
    if not (result.has_targets or result.beyond):
        said.append("No targets are set.")
    return said


def _beyond(result: ScaleResult) -> list[str]:
    """That targets of an edition with more levels measure nothing in this one."""
    if not result.beyond:
        return []
    names = ", ".join(one.group.title for one in result.beyond)
    return [
        f"Our target in {names} is above the highest level of this edition:"
        " it does not count until it is set anew."
    ]


def _first(actions: dict[int, list[Action]], answer: int) -> Action | None:
    found: Sequence[Action] = actions.get(answer, ())
    return found[0] if found else None
