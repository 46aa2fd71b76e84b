"""Findings of a report in words and pictures, in the language in use. Pure.

Sentences follow from the figures; nobody writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import localize
from django.utils.translation import gettext

from compliance.content.checklists.rating import Points, Rating, counted_as
from compliance.ground.charts.shapes import Axis, Chart, bar, radar, track
from compliance.reporting.reports.measuring import Measured, SetTarget
from compliance.reporting.results.law import Counts, Duty, LawResult
from compliance.reporting.results.levels import (
    Criterion,
    GroupResult,
    LevelGap,
    ScaleResult,
    is_staged,
)
from compliance.templatetags.paper import isolated, short
from compliance.templatetags.ui import day, long_day
from compliance.work.snapshots.content import Line

NAMED = 3
"""Sections, titles and criteria that a sentence or a cell names; the rest are counted."""

AXIS = 22
"""Characters of a name beside a radar."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, and its numbers in words for those who do not see it."""

    chart: Chart
    words: str


@dataclass(frozen=True, slots=True)
class CountedRow:
    """Duties counted, with a bar as long as their weight."""

    title: str
    counts: Counts
    bar: Picture
    points: Points | None = None
    """Points of ratings, where their questions give any."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of a scale; ``held`` hold its level down, ``more`` are not named."""

    number: int
    result: GroupResult
    level: str
    higher: str
    target: str
    track: Picture
    held: list[Line]
    more: int


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """A criterion with its answer, the number of its group, and the name of its level."""

    group: int
    criterion: Criterion
    line: Line
    level: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """A criterion below its target: the names of its level and of the one that reaches it."""

    gap: LevelGap
    line: Line
    now: str
    wanted: str


@dataclass(frozen=True)
class ScaleView:
    """A scale on paper. A radar is there where at least three groups have a mean."""

    result: ScaleResult
    is_staged: bool
    headline: str
    sentences: list[str]
    rows: list[GroupRow]
    criteria: list[CriterionRow]
    gaps: list[GapRow]
    radar: Picture | None


def counted_words(counts: Counts, *, rates: bool = False) -> str:
    """ "met: 74, partly: 32, not met: 10, open: 2"."""
    below = gettext("below: %(count)s") if rates else gettext("not met: %(count)s")
    said = (
        (gettext("met: %(count)s"), counts.met),
        (gettext("partly: %(count)s"), counts.partly),
        (below, counts.not_met),
        (gettext("open: %(count)s"), counts.open),
    )
    return ", ".join(words % {"count": count} for words, count in said)


def parts_of(counts: Counts, *, rates: bool = False) -> list[tuple[str, int]]:
    """Verdict and number in the order of bars; what is open counts as unanswered."""
    return [
        ("met", counts.met),
        ("partly", counts.partly),
        (counted_as("not_met", rates=rates), counts.not_met),
        ("na", counts.na),
        ("unanswered", counts.open),
    ]


def counted_rows(parts: Sequence[tuple[str, Counts]], *, rates: bool = False) -> list[CountedRow]:
    """A row for each part; the heaviest has the longest bar."""
    most = max((counts.weight for _, counts in parts), default=0) or 1
    return [
        CountedRow(
            title,
            counts,
            Picture(
                bar(_weighed(counts, rates=rates), 200 * counts.weight / most),
                f"{title}: {counted_words(counts, rates=rates)}",
            ),
        )
        for title, counts in parts
    ]


def _weighed(counts: Counts, *, rates: bool) -> list[tuple[str, int]]:
    return [
        (
            "unanswered" if verdict == "open" else counted_as(verdict, rates=rates),
            weight,
        )
        for verdict, weight in counts.weighed
    ]


def law_sentences(law: LawResult) -> list[str]:
    """The law in words: met, open, proved, to prepare, and where the gaps lie."""
    counts, said = law.counts, []
    if counts.total:
        words = gettext(
            "Duties that bind: %(total)s; met: %(met)s, met in part: %(partly)s, not met:"
            " %(not_met)s, open: %(open)s."
        )
        said.append(words % _numbers(counts))
    if counts.na:
        words = gettext("Not applicable, and counted apart: %(count)s.")
        said.append(words % {"count": counts.na})
    said += where_gaps_lie(law)
    if counts.open:
        said.append(gettext("An open duty is a risk: nobody knows whether it is met."))
    if counts.met:
        said.append(proved(counts))
    if law.ahead:
        first = min(one.binds_from for one in law.ahead if one.binds_from)
        words = gettext("Not binding yet, and still to prepare: %(count)s, the first from %(day)s.")
        said.append(words % {"count": len(law.ahead), "day": long_day(first)})
    return said


def lead_sentences(law: LawResult) -> list[str]:
    """What the tiles of the summary do not say: where the gaps lie, and the next day."""
    said = where_gaps_lie(law)
    if law.ahead:
        first = min(one.binds_from for one in law.ahead if one.binds_from)
        words = gettext("The next duty to prepare for binds from %(day)s.")
        said.append(words % {"day": long_day(first)})
    return said


def proved(counts: Counts) -> str:
    """ "Met with evidence for the whole audit period: 61 of 88."."""
    words = gettext("Met with evidence for the whole audit period: %(proved)s of %(met)s.")
    return words % _numbers(counts)


def where_gaps_lie(law: LawResult) -> list[str]:
    """The sections with most of what is not met, and the gravest of it by name."""
    parts = [
        (one.counts.weights[2], one.counts.not_met, one.title) for one in law.sections if one.counts.not_met
    ]
    if not parts:
        return []
    parts.sort(key=lambda one: -one[0])
    places = gettext("%(section)s (%(count)s)")
    named = [places % {"section": named_short(title), "count": count} for _, count, title in parts[:NAMED]]
    said = [gettext("The gaps lie in %(sections)s.") % {"sections": ", ".join(named)}]
    gravest = [named_short(one.title) for one in not_met(law)[:NAMED]]
    words = gettext("The gravest: %(titles)s.")
    return [*said, words % {"titles": "; ".join(gravest)}]


def not_met(law: LawResult) -> list[Duty]:
    """Duties that bind and are not met, the gravest first."""
    return [one for one in law.gaps if one.counted == "not_met"]


def _numbers(counts: Counts) -> dict[str, int]:
    names = ("total", "met", "partly", "not_met", "open", "proved")
    return {name: getattr(counts, name) for name in names}


def named_short(name: str) -> str:
    """A name inside a sentence, in an isolate of its own, cut where it is long."""
    return isolated(short(name))


def scale_view(measured: Measured, result: ScaleResult) -> ScaleView:
    """A scale in words, rows and a radar."""
    staged = is_staged(result.scale)
    sentences = _stage_sentences(result) if staged else _level_sentences(result)
    if result.beyond:
        words = gettext("Our target in %(names)s is above the scale: it does not count.")
        sentences.insert(1, words % {"names": _titles(result.beyond)})
    if wanted := measured.last_target(result.scale.key):
        sentences.append(_set_by(wanted, staged=staged))
    lines = measured.answers
    groups = list(enumerate(result.groups, 1))
    return ScaleView(
        result,
        staged,
        headline(result),
        sentences,
        rows=[_row(measured, result, number, one) for number, one in groups],
        criteria=[
            CriterionRow(number, one, lines[one.key], _rated(result, one.rating))
            for number, group in groups
            for one in group.criteria
        ],
        gaps=[
            GapRow(
                one,
                lines[one.criterion.key],
                _rated(result, one.criterion.rating),
                _rated(result, one.wanted),
            )
            for one in result.gaps
        ],
        radar=_radar(result) if staged else None,
    )


def headline(result: ScaleResult) -> str:
    """The overall level, or the steps that are left; never a mean."""
    if not result.answered:
        return gettext("Nothing is answered yet")
    staged = is_staged(result.scale)
    if result.level is None:
        return gettext("No stage yet") if staged else gettext("No level yet")
    if not staged:
        return result.level_name
    if not result.has_targets:
        words = gettext("Answered: %(answered)s of %(total)s")
        return words % {"answered": result.answered, "total": len(result.criteria)}
    return gettext("Steps to our targets: %(count)s") % {"count": result.steps}


def below(result: ScaleResult) -> list[GroupResult]:
    """Groups below their target."""
    return [one for one in result.groups if one.is_reached is False]


def _level_sentences(result: ScaleResult) -> list[str]:
    if result.level is None:
        return [gettext("The lowest answer sets the level; no answer decides it yet.")]
    said = [
        gettext("The lowest answer sets the level; criteria answered: %(count)s.")
        % {"count": result.answered}
    ]
    if found := below(result):
        words = gettext("Below our minimum in %(names)s: such an offer is rejected.")
        said.append(words % {"names": _titles(found)})
    elif result.has_targets and not (result.open or result.beyond):
        said.append(
            gettext("Every objective is at or above our minimum.")
            if result.wanted == len(result.groups)
            else gettext("Every objective with a minimum is at or above it.")
        )
    elif not (result.has_targets or result.beyond):
        said.append(gettext("No minimum is set: nothing is rejected."))
    if result.open:
        words = gettext("Open: %(count)s; the level may fall.")
        said.append(words % {"count": result.open})
    if result.contested:
        words = gettext(
            "Answers on whose level sources differ: %(count)s; the lower one counts."
            " By the other reading: %(level)s."
        )
        other = result.level if result.higher is None else result.higher
        numbers = {"count": len(result.contested), "level": result.scale.name_of(other)}
        said.append(words % numbers)
    return [*said, _backed(result)]


def _stage_sentences(result: ScaleResult) -> list[str]:
    if result.level is None:
        return [gettext("Each pillar has a mean and a lowest stage once it is answered.")]
    lowest = [one for one in result.groups if one.level == result.level]
    words = gettext("The lowest stage, %(stage)s, is in %(names)s.")
    said = [words % {"stage": result.level_name, "names": _titles(lowest)}]
    if result.is_provisional:
        said.append(gettext("Provisional: fewer than four fifths of the rows are answered."))
    if result.has_targets:
        words = gettext("At their target: %(count)s of %(total)s.")
        total = len(result.criteria)
        said.append(words % {"count": result.at_target, "total": total})
    elif not result.beyond:
        said.append(gettext("No targets are set."))
    return [*said, _backed(result)]


def _backed(result: ScaleResult) -> str:
    words = gettext(
        "Answers with valid evidence: %(backed)s of %(answered)s; for the whole audit period: %(proved)s."
    )
    return words % {
        "backed": result.backed,
        "answered": result.answered,
        "proved": result.proved,
    }


def _set_by(wanted: SetTarget, *, staged: bool) -> str:
    words = (
        gettext("Our targets, last set by %(name)s on %(day)s, are not part of a signature.")
        if staged
        else gettext("Our minimum, last set by %(name)s on %(day)s, is not part of a signature.")
    )
    return words % {"name": isolated(wanted.set_by), "day": day(wanted.set_at)}


def _titles(groups: Sequence[GroupResult]) -> str:
    return ", ".join(named_short(one.group.title) for one in groups)


def _rated(result: ScaleResult, rating: Rating | None) -> str:
    return result.scale.name_of(rating.level) if rating else ""


def _row(measured: Measured, result: ScaleResult, number: int, one: GroupResult) -> GroupRow:
    scale, is_low = result.scale, one.level != result.scale.top
    level, target = scale.name_of(one.level), scale.name_of(one.target)
    none = gettext("above the scale") if one.is_beyond else gettext("none")
    words = gettext("%(name)s: level %(level)s, wanted %(target)s")
    said = {
        "name": one.group.title,
        "level": level or gettext("none"),
        "target": target or none,
    }
    return GroupRow(
        number=number,
        result=one,
        level=level,
        higher=scale.name_of(one.higher),
        target=target,
        track=Picture(track(one.level, one.target, scale.top), words % said),
        held=[measured.answers[c.key] for c in one.holding[:NAMED]] if is_low else [],
        more=max(0, len(one.holding) - NAMED) if is_low else 0,
    )


def _radar(result: ScaleResult) -> Picture | None:
    """The radar with the numbers and names of the table's rows as labels."""
    pairs = [(n, g) for n, g in enumerate(result.groups, 1) if g.mean is not None]
    axes = [
        Axis(
            _axis_name(n, g.group.title),
            g.mean,
            (g.level or 0) + 1,
            None if g.target is None else g.target + 1,
        )
        for n, g in pairs
        if g.mean is not None
    ]
    drawn = radar(axes, result.scale.top + 1)
    said = ", ".join(f"{g.group.title} {localize(g.mean)}" for _, g in pairs)
    targets = ", ".join(f"{g.group.title} {g.target + 1}" for _, g in pairs if g.target is not None)
    words = gettext("Means: %(means)s") % {"means": said}
    if targets:
        more = gettext("Our targets: %(targets)s") % {"targets": targets}
        words = f"{words}. {more}"
    return Picture(drawn, words) if drawn else None


def _axis_name(number: int, title: str) -> str:
    """A name beside the rings, where there is room for some 22 characters."""
    return f"{number} {title if len(title) <= AXIS else f'{title[:AXIS].rstrip()}…'}"
