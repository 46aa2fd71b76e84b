"""Every figure of a result as rows, for CSV and JSON: those of the screen to the digit."""

from collections.abc import Iterator
from typing import Any

from compliance.checklists.scales import Scale
from compliance.results.law import Counts
from compliance.results.levels import (
    Criterion,
    GroupResult,
    ScaleResult,
    is_staged,
)
from compliance.results.reading import Result

COLUMNS = ("measure", "part", "key", "name", "figure", "value")
Row = tuple[str, str, str, str, str, str]


def rows_of(result: Result) -> Iterator[Row]:
    """All figures: measure, part, key and name of it, name and value of the figure."""
    law = result.law
    yield from _counts("law", "all", "", "All sections", law.counts)
    for section in law.sections:
        yield from _counts("law", "section", section.key, section.title, section.counts)
    yield ("law", "all", "", "All sections", "to prepare", str(len(law.ahead)))
    yield from _counts("practice", "all", "", "Recommended practice", law.practice)
    for scale in result.scales:
        yield from _scale(scale)


def as_json(result: Result) -> list[dict[str, str]]:
    """The same as mappings."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(result)]


def _counts(
    measure: str, part: str, key: str, name: str, counts: Counts
) -> Iterator[Row]:
    found = {
        "met": counts.met,
        "partly": counts.partly,
        "not met": counts.not_met,
        "open": counts.open,
        "total": counts.total,
        "not applicable": counts.na,
        "met and proved": counts.proved,
        "met, evidence ends early": counts.early,
        **{f"weight {v.replace('_', ' ')}": w for v, w in counts.weighed},
    }
    yield from _named(measure, part, key, name, found)


def _scale(result: ScaleResult) -> Iterator[Row]:
    scale = result.scale
    whole: dict[str, Any] = {
        "criteria": len(result.criteria),
        "answered": result.answered,
        "backed by evidence": result.backed,
        "proved for the whole period": result.proved,
        "groups at target": result.reached,
        "steps to target": result.steps,
    }
    if not is_staged(scale):
        higher = result.higher
        other = result.level_name if higher is None else scale.levels[higher].name
        beside = {"level by the other reading": other, "score": result.score}
        whole = {"level": result.level_name} | beside | whole
    yield from _named(scale.key, "all", "", scale.name, whole)
    for one in result.groups:
        group = one.group
        yield from _named(
            scale.key, "group", group.key, group.title, _group(scale, one)
        )
    for criterion in result.criteria:
        found = _question(scale, criterion)
        yield from _named(scale.key, "question", criterion.key, criterion.title, found)


def _named(
    measure: str, part: str, key: str, name: str, found: dict[str, Any]
) -> Iterator[Row]:
    for figure, value in found.items():
        said = "" if value is None else str(value)
        yield (measure, part, key, name, figure, said)


def _question(scale: Scale, one: Criterion) -> dict[str, Any]:
    rating = one.rating
    found = {"level": scale.levels[rating.level].name if rating else ""}
    if rating and rating.higher is not None:
        found["level by other sources"] = scale.levels[rating.higher].name
    if scale.has_score:
        found["points"] = f"{rating.points.normalize():f}" if rating else ""
    return found


def _group(scale: Scale, one: GroupResult) -> dict[str, Any]:
    def named(level: int | None) -> str:
        return "" if level is None else scale.levels[level].name

    found: dict[str, Any] = {
        "lowest level": named(one.level),
        "target": named(one.target),
        "held down by": " ".join(c.key for c in one.holding),
        "open": one.open,
        "steps to target": one.steps,
    }
    if is_staged(scale):
        return found | {"mean": one.mean}
    return found | {"weight": one.group.weight, "points": one.points}
