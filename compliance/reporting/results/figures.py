"""Every figure of a result as rows, for CSV, XLSX and JSON: those of the screen to the digit."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from compliance.content.checklists.scales import Scale
from compliance.reporting.results.beside import Beside
from compliance.reporting.results.law import NO_LIMIT, Counts, Exposure, Later, Section
from compliance.reporting.results.levels import (
    Criterion,
    GroupResult,
    ScaleResult,
    is_staged,
    target_name,
)
from compliance.reporting.results.overview import Overview, Theme
from compliance.reporting.results.queries import Result
from compliance.reporting.results.stands import Stand
from compliance.reporting.results.summary_figures import Figures

COLUMNS = ("measure", "part", "key", "name", "figure", "value")
Row = tuple[str, str, str, str, str, str]
ALL_COLUMNS = (
    "organisation",
    "checklist",
    "edition",
    "subject",
    "period from",
    "period to",
    "status",
    *COLUMNS,
)


def rows_of(result: Result) -> Iterator[Row]:
    """All figures: measure, part, key and name of it, name and value of the figure."""
    law = result.law
    yield from _law(law.counts, law.sections, law.later)
    yield from _exposures(law.tiers, law.roles, result.assessment.edition.roles)
    yield from _counts("practice", "all", "", "Recommended practice", law.practice)
    for scale in result.scales:
        if scale.criteria:
            yield from _scale(scale)


def earlier_rows(result: Result, near: Beside) -> Iterator[Row]:
    """The figures of earlier periods that the page shows: law, then each scale."""
    for one in near.periods() if result.law.is_there else []:
        about = one.stand.assessment
        name = f"{about.period_from.isoformat()} to {about.period_to.isoformat()}"
        yield from _counts("law", "period", str(about.pk), name, one.stand.figures.law)
    if near.before is None:
        return
    year = str(near.before.assessment.period_to.year)
    for scale in result.scales:
        for key, group in near.last(scale.scale.key).items():
            found = {f"lowest level, {year}": group.level_name}
            if group.mean and is_staged(scale.scale):
                found[f"mean, {year}"] = group.mean
            yield from _named(scale.scale.key, "period before", key, group.title, found)


def all_rows(stands: Iterable[Stand]) -> Iterator[tuple[str, ...]]:
    """The kept figures of some assessments, each row with what it is about."""
    for one in stands:
        for row in _kept(one.figures, one.assessment.edition.roles):
            yield (*_about(one), *row)


def board_rows(organisation: str, view: Overview) -> Iterator[tuple[str, ...]]:
    """The lists of the page: gravest exposures, who is late, evidence that runs out."""
    for one in view.exposures:
        found = one.exposure
        said = {
            "weight": found.weight,
            "fine, up to EUR": found.tier.words if found.tier else "",
            "last answered": timezone.localdate(one.at) if one.at else "",
        }
        for row in _named("exposure", "question", found.key, found.title, said):
            yield (*_about(one.stand), *row)
    nowhere = (organisation, *[""] * 6)
    for late in view.late:
        counts = {"late": late.late, "due in 14 days": late.soon}
        for row in _named("actions", "person", "", late.who, counts):
            yield (*nowhere, *row)
    for piece in view.evidence:
        ends = {"runs out": piece.expires_on, "used in answers": piece.answer_count}
        for row in _named("evidence", "piece", str(piece.pk), piece.title, ends):
            yield (*nowhere, *row)
    counts = {
        "duties not met": view.exposure_count,
        "signatures void": view.void_count,
        "actions late": view.late_count,
        "pieces of evidence running out": view.evidence_count,
    }
    for row in _named("organisation", "all", "", organisation, counts):
        yield (*nowhere, *row)


def month_rows(themes: Iterable[Theme]) -> Iterator[tuple[str, ...]]:
    """The lines of twelve months, each value with the end of its month."""
    for theme in themes:
        trend = theme.trend
        for day, said in zip(trend.months, trend.names, strict=True):
            on = day.isoformat()
            yield (*_about(theme.worst), "trend", "day", on, on, trend.unit, said)


def _about(one: Stand) -> tuple[str, ...]:
    about = one.assessment
    edition = about.edition
    return (
        about.organisation.name,
        edition.checklist.title,
        edition.number,
        about.subject,
        about.period_from.isoformat(),
        about.period_to.isoformat(),
        "void" if one.figures.void else about.status,
    )


def _law(counts: Counts, sections: Iterable[Section], later: Iterable[Later]) -> Iterator[Row]:
    yield from _counts("law", "all", "", "All sections", counts)
    for section in sections:
        yield from _counts("law", "section", section.key, section.title, section.counts)
    days = list(later)
    total = sum(one.counts.total for one in days)
    yield ("law", "all", "", "All sections", "to prepare", str(total))
    for ahead in days:
        on = ahead.on.isoformat()
        yield ("law", "day", on, on, "to prepare", str(ahead.counts.total))
        yield ("law", "day", on, on, "to prepare, open", str(ahead.counts.open))


def _exposures(
    tiers: Iterable[Exposure], roles: Iterable[Exposure], names: Mapping[str, str]
) -> Iterator[Row]:
    """By limit of fines, then by role."""
    for one in tiers:
        under, name = (one.tier.under, one.tier.words) if one.tier else ("", NO_LIMIT)
        yield from _counts("law", "fine", under, name, one.counts)
        yield ("law", "fine", under, name, "to prepare", str(one.to_prepare))
    for one in roles:
        name = names.get(one.key, one.key)
        yield from _counts("law", "role", one.key, name, one.counts)
        yield ("law", "role", one.key, name, "to prepare", str(one.to_prepare))


def _kept(found: Figures, roles: Mapping[str, str]) -> Iterator[Row]:
    yield from _law(found.law, found.sections, found.ahead)
    yield from _exposures(found.tiers, found.roles, roles)
    yield from _counts("practice", "all", "", "Recommended practice", found.practice)
    for scale in found.scales:
        whole: dict[str, Any] = {
            "criteria": scale.criteria,
            "answered": scale.answered,
            "backed by evidence": scale.backed,
            "proved for the whole period": scale.proved,
            "groups below target": len(scale.below),
            "steps to target": scale.steps,
        }
        if not scale.is_staged:
            whole = {"level": scale.level_name, "score": scale.score} | whole
        yield from _named(scale.key, "all", "", scale.name, whole)
        for group in scale.groups:
            rows = {
                "lowest level": group.level_name,
                "target": group.target_name,
                "open": group.open,
                "steps to target": group.steps,
            }
            if scale.is_staged:
                rows["mean"] = group.mean
            yield from _named(scale.key, "group", group.key, group.title, rows)


def _counts(measure: str, part: str, key: str, name: str, counts: Counts) -> Iterator[Row]:
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
        other = result.level_name if higher is None else scale.name_of(higher)
        beside: dict[str, Any] = {"level by the other reading": other}
        if scale.has_score:
            beside["score"] = result.score
        whole = {"level": result.level_name} | beside | whole
    yield from _named(scale.key, "all", "", scale.name, whole)
    for one in result.groups:
        group = one.group
        yield from _named(scale.key, "group", group.key, group.title, _group(scale, one))
    for criterion in result.criteria:
        found = _question(scale, criterion)
        yield from _named(scale.key, "question", criterion.key, criterion.title, found)


def _named(measure: str, part: str, key: str, name: str, found: dict[str, Any]) -> Iterator[Row]:
    for figure, value in found.items():
        said = "" if value is None else str(value)
        yield (measure, part, key, name, figure, said)


def _question(scale: Scale, one: Criterion) -> dict[str, Any]:
    rating = one.rating
    found = {"level": scale.name_of(rating.level) if rating else ""}
    if rating and rating.higher is not None:
        found["level by other sources"] = scale.name_of(rating.higher)
    if scale.has_score:
        found["points"] = _plain(rating.points) if rating else ""
    return found


def _group(scale: Scale, one: GroupResult) -> dict[str, Any]:
    holding = one.holding if one.level != scale.top else []
    found: dict[str, Any] = {
        "lowest level": scale.name_of(one.level),
        "target": target_name(scale, one.wanted),
        "held down by": " ".join(c.key for c in holding),
        "open": one.open,
        "steps to target": one.steps,
    }
    if is_staged(scale):
        return found | {"mean": one.mean}
    if scale.has_score:
        return found | {"weight": one.group.weight, "points": _plain(one.points)}
    return found


def _plain(points: Decimal) -> str:
    return f"{points.normalize():f}"
