"""Two states of the same questions: how far they differ, and why. Pure.

Figures are compared where both sides ask the question in the same words; questions that
are new, gone or reworded stand apart.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from compliance.content.checklists.scales import Scale
from compliance.ground.charts.shapes import Chart, moved
from compliance.ground.web.enums import LabelledStrEnum
from compliance.reporting.results.law import COUNTED, Counts, Duty, count
from compliance.reporting.results.levels import (
    Criterion,
    GroupResult,
    ScaleResult,
    is_staged,
    scale_result,
    target_name,
)
from compliance.templatetags.ui import law_day
from compliance.work.snapshots.changes import differences
from compliance.work.snapshots.content import Content, Line

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")


class Kind(LabelledStrEnum):
    """How the two sides of a question differ."""

    BETTER = "better", "Better"
    WORSE = "worse", "Worse"
    OTHER = "other", "Otherwise"
    REWORDED = "reworded", "Reworded"
    NEW = "new", "Only after"
    GONE = "gone", "Only before"
    SAME = "same", "Same"


APART = frozenset({Kind.NEW, Kind.GONE, Kind.REWORDED})
"""Changes of the edition, or of where it is asked, and no changes of anybody's answers."""

ELSEWHERE = "asked in another assessment"
"""Why a question stands on one side only: there, another assessment answers it for this."""


@dataclass(frozen=True)
class Side:
    """One side: what it says, what that counts, and the ids of its answers by key.

    ``on`` is the day that it stood at the end of; None for as it stands.
    """

    name: str
    on: date | None
    content: Content
    duties: list[Duty]
    scales: list[ScaleResult]
    ids: Mapping[str, int]

    @cached_property
    def lines(self) -> dict[str, Line]:
        return {line.key: line for line in self.content.lines if not line.stands_in}

    @cached_property
    def elsewhere(self) -> frozenset[str]:
        """The keys of questions that another assessment answers."""
        return frozenset(line.key for line, _ in self.content.resting)

    @cached_property
    def duty(self) -> dict[str, Duty]:
        return {duty.key: duty for duty in self.duties}

    @cached_property
    def criterion(self) -> dict[str, tuple[ScaleResult, Criterion]]:
        return {one.key: (scale, one) for scale in self.scales for one in scale.criteria}


@dataclass(frozen=True, slots=True)
class State:
    """The words of an answer, and its place among better and worse, where it has one."""

    words: str
    rank: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One question on both sides; ``why`` is the cause, ``by`` and ``at`` who and when.

    ``also`` are words for what else is not the same: note, evidence, owner.
    """

    key: str
    title: str
    kind: Kind
    before: State | None
    after: State | None
    was: str
    now: str
    why: str
    by: str = ""
    at: datetime | None = None
    files: int = 0
    also: tuple[str, ...] = ()
    answer: int | None = None
    is_level: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure on both sides, as text; ``change`` says how far apart numbers are."""

    part: str
    key: str
    name: str
    figure: str
    before: str
    after: str
    why: str = ""

    @property
    def change(self) -> str:
        # Answers stand here, too: to Decimal, "NaN" and "1e99999" are numbers.
        if not all(_NUMBER.fullmatch(one) for one in (self.before, self.after)):
            return "" if self.before == self.after else "changed"
        gap = Decimal(self.after) - Decimal(self.before)
        word = "up" if gap > 0 else "down"
        return f"{word} {abs(gap):f}" if gap else ""


@dataclass(frozen=True, slots=True)
class GroupPair:
    """A group of a scale on both sides: levels by number, each named by its own edition.

    ``top`` is the highest level that either edition has.
    """

    title: str
    key: str
    before: int | None
    after: int | None
    was: str
    now: str
    target: int | None
    wanted: str
    top: int
    means: tuple[str, str]
    why: Change | None

    @property
    def picture(self) -> Chart:
        """Both levels on one axis, with the target."""
        return moved(self.before, self.after, self.target, self.top)

    @property
    def gap(self) -> int:
        """Levels up, or down when it is below zero."""
        if self.before is None or self.after is None:
            return 0
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ScalePair:
    """A scale on both sides."""

    before: ScaleResult
    after: ScaleResult
    groups: list[GroupPair]

    @property
    def is_staged(self) -> bool:
        return is_staged(self.after.scale)


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two sides."""

    before: Side
    after: Side
    changes: list[Change]
    scales: list[ScalePair]
    law: tuple[Counts, Counts]
    practice: tuple[Counts, Counts]
    facts: list[tuple[str, str, str]]
    edition: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def counts(self) -> dict[Kind, int]:
        found = dict.fromkeys(Kind, 0)
        for one in self.changes:
            found[one.kind] += 1
        return found

    @property
    def shared(self) -> int:
        """Questions that both sides ask in the same words."""
        return sum(n for kind, n in self.counts.items() if kind not in APART)

    @property
    def verdicts(self) -> list[tuple[str, int, int]]:
        """Verdict, and how many duties of law have it on each side."""
        before, after = self.law
        return [(one, getattr(before, one), getattr(after, one)) for one in COUNTED]


def compare(before: Side, after: Side) -> Comparison:
    """Both sides, question by question, in the order of the later one."""
    also = {one.name: one.words for one in differences(before.content, after.content)}
    keys = [*after.lines, *(key for key in before.lines if key not in after.lines)]
    changes = [_change(key, before, after, also.get(key, [])) for key in keys]
    common = {one.key for one in changes if one.kind not in APART}
    by_key = {one.key: one for one in changes}
    return Comparison(
        before,
        after,
        changes,
        list(_scales(before, after, by_key)),
        (_law(before, common), _law(after, common)),
        (_practice(before, common), _practice(after, common)),
        _facts(before.content, after.content),
        list(_edition(before, after, changes)),
    )


def _law(side: Side, common: set[str]) -> Counts:
    return count(d for d in side.duties if d.is_law and not d.is_ahead and d.key in common)


def _practice(side: Side, common: set[str]) -> Counts:
    return count(d for d in side.duties if not d.is_law and d.key in common)


def _change(key: str, before: Side, after: Side, also: list[str]) -> Change:
    was, now = before.lines.get(key), after.lines.get(key)
    old, new = _state(before, key), _state(after, key)
    kind = _kind(was, now, old, new)
    line = now or was
    assert line is not None  # noqa: S101 - one side has it
    rated = key in before.criterion and key in after.criterion
    is_elsewhere = key in before.elsewhere or key in after.elsewhere
    return Change(
        key=key,
        title=line.title,
        kind=kind,
        before=old,
        after=new,
        was=_said(was),
        now=_said(now),
        why=ELSEWHERE if is_elsewhere else _why(kind, was, now, before, after),
        by=line.answered_by,
        at=line.answered_at,
        files=_new_files(was, now),
        also=tuple(word for word in also if word not in _COUNTED),
        answer=after.ids.get(key, before.ids.get(key)),
        is_level=rated and old is not None and new is not None and old.words != new.words,
    )


_COUNTED = frozenset({"question", "added", "taken out", "verdict", "value", "answer"})
"""Words for differences that a change shows by itself."""


def _state(side: Side, key: str) -> State | None:
    line = side.lines.get(key)
    if line is None:
        return None
    if key in side.criterion:
        scale, one = side.criterion[key]
        if one.rating is None:
            return State("open")
        level = scale.scale.name_of(one.rating.level)
        return State(level, (one.rating.level, one.rating.points))
    duty = side.duty.get(key)
    if duty is None:
        return State("not applicable" if line.applies else "does not apply")
    words = _WORDS[duty.counted]
    rank = _RANKS.get(duty.counted)
    return State(words, None if rank is None else (rank,))


_WORDS = {
    "met": "met",
    "partly": "partly",
    "not_met": "not met",
    "open": "open",
    "na": "not applicable",
}
_RANKS = {"not_met": 0, "partly": 1, "met": 2}


def _kind(was: Line | None, now: Line | None, old: State | None, new: State | None) -> Kind:
    if was is None or old is None:
        return Kind.NEW
    if now is None or new is None:
        return Kind.GONE
    if (was.title, was.text) != (now.title, now.text):
        return Kind.REWORDED
    if old.rank is None or new.rank is None or len(old.rank) != len(new.rank):
        return Kind.SAME if old.words == new.words else Kind.OTHER
    if old.rank == new.rank:
        return Kind.SAME
    return Kind.BETTER if new.rank > old.rank else Kind.WORSE


def _said(line: Line | None) -> str:
    """The answer in words: its value, or its verdict."""
    if line is None:
        return ""
    return line.value or line.verdict_word


def _why(kind: Kind, was: Line | None, now: Line | None, before: Side, after: Side) -> str:
    """Edition, facts or answer; "" where nothing is to be explained."""
    editions = before.content.edition, after.content.edition
    if kind in APART:
        return f"edition {editions[0]} to {editions[1]}"
    if was is None or now is None or kind == Kind.SAME:
        return ""
    if was.applies != now.applies:
        return f"facts: {now.applicability or was.applicability}"
    if (was.verdict, was.value) == (now.verdict, now.value):
        if was.na_confirmed_by != now.na_confirmed_by:
            is_agreed = bool(now.na_confirmed_by)
            return f"“not applicable” {'' if is_agreed else 'no longer '}confirmed"
        return f"counted by edition {editions[1]}"
    return "answer"


def _new_files(was: Line | None, now: Line | None) -> int:
    """Pieces of evidence that only the later side has."""
    if now is None:
        return 0
    old = {(one.sha256, one.url) for one in was.proofs} if was else set()
    return sum((one.sha256, one.url) not in old for one in now.proofs)


def _scales(before: Side, after: Side, by_key: Mapping[str, Change]) -> Iterator[ScalePair]:
    """The scales of both sides, measured to the targets of the later one."""
    old = {one.scale.key: one for one in before.scales}
    for new in after.scales:
        was = old.get(new.scale.key)
        if was is None or not (was.criteria or new.criteria):
            continue
        wanted = {g.group.key: g.wanted for g in new.groups if g.wanted is not None}
        was = scale_result(was.scale, {c.key: c for c in was.criteria}, wanted)
        earlier = {one.group.key: one for one in was.groups}
        scales = was.scale, new.scale
        groups = [_group(earlier.get(one.group.key), one, scales, by_key) for one in new.groups]
        yield ScalePair(was, new, groups)


def _group(
    was: GroupResult | None,
    now: GroupResult,
    scales: tuple[Scale, Scale],
    by_key: Mapping[str, Change],
) -> GroupPair:
    old, new = scales
    before = was.level if was else None
    means = tuple("" if one is None or one.mean is None else str(one.mean) for one in (was, now))
    return GroupPair(
        now.group.title,
        now.group.key,
        before,
        now.level,
        old.name_of(before),
        new.name_of(now.level),
        now.target,
        target_name(new, now.wanted),
        max(old.top, new.top),
        (means[0], means[1]),
        _cause(was, now, by_key),
    )


def _cause(was: GroupResult | None, now: GroupResult, by_key: Mapping[str, Change]) -> Change | None:
    """The change of the criterion that held the level down before, or does so now."""
    if was is None or was.level == now.level:
        return None
    found = (by_key.get(one.key) for one in [*was.holding, *now.holding])
    return next((one for one in found if one and one.kind != Kind.SAME), None)


def _facts(old: Content, new: Content) -> list[tuple[str, str, str]]:
    """Facts that differ: label, before and after."""
    was, now = dict(old.facts), dict(new.facts)
    return [
        (label, was.get(label, "not asked"), now.get(label, "not asked"))
        for label in {**now, **was}
        if was.get(label) != now.get(label)
    ]


def _edition(before: Side, after: Side, changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Causes that are no change of the organisation's: edition, and day of the law."""
    old, new = before.content, after.content
    if old.edition_hash != new.edition_hash:
        kinds = [one.kind for one in changes if one.why != ELSEWHERE]
        counted = (
            f"{kinds.count(Kind.REWORDED)} reworded, {kinds.count(Kind.NEW)} new,"
            f" {kinds.count(Kind.GONE)} gone: counted apart"
        )
        yield f"Edition {old.edition} to {new.edition}", counted
    if old.law_as_of != new.law_as_of:
        yield "Law as of", f"{law_day(old.law_as_of)} to {law_day(new.law_as_of)}"


COLUMNS = ("part", "key", "name", "figure", "before", "after", "change", "why")


def pairs(found: Comparison) -> Iterator[Pair]:
    """Every figure of the page, and every question, as text."""
    for kind, number in found.counts.items():
        yield Pair("all", "", "Questions", kind.label.lower(), "", str(number))
    for scale in found.scales:
        yield from _scale_pairs(scale)
    for part, (old, new) in (("law", found.law), ("practice", found.practice)):
        if not old.total and not new.total:
            continue
        for verdict in (*COUNTED, "na", "proved"):
            sides = str(getattr(old, verdict)), str(getattr(new, verdict))
            yield Pair(part, "", "In both", verdict.replace("_", " "), *sides)
    for label, was, now in found.facts:
        yield Pair("fact", "", label, "fact", was, now)
    for one in found.changes:
        yield from _question_pairs(one)


def _question_pairs(one: Change) -> Iterator[Pair]:
    why = one.why
    if one.at and why == "answer":
        why = f"{why} {one.by} {timezone.localdate(one.at)}"
    was, now = one.before, one.after
    yield Pair(
        "question",
        one.key,
        one.title,
        "counts as",
        was.words if was else "",
        now.words if now else "",
        why,
    )
    if one.was != one.now:
        yield Pair("question", one.key, one.title, "answer", one.was, one.now, why)
    if one.also:
        also = ", ".join(one.also)
        yield Pair("question", one.key, one.title, "also changed", "", also)


def _scale_pairs(pair: ScalePair) -> Iterator[Pair]:
    old, new = pair.before, pair.after
    key, name = new.scale.key, new.scale.name
    figures: dict[str, tuple[Any, Any]] = {
        "answered": (old.answered, new.answered),
        "backed by evidence": (old.backed, new.backed),
        "proved for the whole period": (old.proved, new.proved),
        "steps to target": (old.steps, new.steps),
    }
    if not pair.is_staged:
        figures = {"level": (old.level_name, new.level_name)} | figures
    if new.scale.has_score:
        figures["score"] = (old.score, new.score)
    for figure, (was, now) in figures.items():
        yield Pair("scale", key, name, figure, str(was), str(now))
    for one in pair.groups:
        why = f"{one.why.key} {one.why.title}" if one.why else ""
        yield Pair("group", one.key, one.title, "lowest level", one.was, one.now, why)
        if pair.is_staged:
            yield Pair("group", one.key, one.title, "mean", *one.means)


def total(scale: ScaleResult) -> str:
    """A scale in one word: its level, or its steps to the targets."""
    if not is_staged(scale.scale):
        return scale.level_name or "no level"
    if scale.has_targets:
        return f"{scale.steps} step{'' if scale.steps == 1 else 's'}"
    return f"{scale.answered} answered"
