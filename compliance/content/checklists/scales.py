"""Scales of an edition: answers that are levels, in groups, and how groups are read. Pure.

An edition may have a list of mappings::

    {"key", "name", "read", "levels": [{"name", "title"}], "source",
     "groups": [{"key", "title", "weight", "across", "questions": [keys]}]}

The level of an answer is that of its rating, or else the place of its choice. ``read``
says what makes the level of a group: its lowest answer, or the mean beside the lowest. A
question stands on a scale once, in one group; a group ``across`` runs across the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.content.checklists.choices import Reading
from compliance.content.checklists.rating import Rating, ratings_of

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


@dataclass(frozen=True, slots=True)
class Level:
    """A level by its number, from 0."""

    name: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that share a level; ``weight`` in percent, 0 where there is no score."""

    key: str
    title: str
    questions: tuple[str, ...]
    weight: int = 0
    across: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale with its groups in order."""

    key: str
    name: str
    read: Reading
    levels: tuple[Level, ...]
    groups: tuple[Group, ...]
    source: str = ""

    @property
    def top(self) -> int:
        """The number of the highest level."""
        return len(self.levels) - 1

    def name_of(self, level: int | None) -> str:
        """The name of a level of this scale; "" for none."""
        return "" if level is None else self.levels[level].name

    @property
    def has_score(self) -> bool:
        return any(group.weight for group in self.groups)


def scales_of(found: Iterable[Mapping[str, Any]] | None) -> list[Scale]:
    """The scales of an edition, from its column."""
    return [
        Scale(
            key=one["key"],
            name=one["name"],
            read=Reading(one["read"]),
            levels=tuple(Level(**level) for level in one["levels"]),
            groups=tuple(_once(one["groups"])),
            source=one.get("source", ""),
        )
        for one in found or ()
    ]


def _once(groups: Iterable[dict[str, Any]]) -> Iterator[Group]:
    """Each question where it stands first, and no group that only repeats others.

    ``repeats`` are refused today, but editions were published with them before.
    """
    seen = set[str]()
    for group in groups:
        asked = tuple(k for k in dict.fromkeys(group["questions"]) if k not in seen)
        seen.update(asked)
        if asked:
            yield Group(**group | {"questions": asked})


def keys_of(scales: Iterable[Scale]) -> frozenset[str]:
    """The keys of all questions on some scales: they are ratings and no duties.

    ``force.on_scale`` asks the database for the same.
    """
    return frozenset(key for scale in scales for group in scale.groups for key in group.questions)


def ratings(choices: Iterable[Mapping[str, Any]]) -> dict[str, Rating]:
    """The rating of each choice of a question, by its key."""
    return ratings_of(
        (
            choice["key"],
            choice["label"],
            choice.get("rating") or {"level": place, "points": 0},
        )
        for place, choice in enumerate(choices)
    )


def faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Places and reasons for which a scale of a document cannot be read.

    A key that no question has is for ``soundness.dangling``.
    """
    asked = {q["key"]: q for s in document["sections"] for q in s["questions"]}
    for at, scale in enumerate(document["edition"].get("scales") or ()):
        top = len(scale["levels"]) - 1
        for path, _, key in _placed(at, scale):
            question = asked.get(key)
            if question and (reason := _unrated(question, top)):
                yield path, f"{key} {reason}"


def repeats(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Places where a scale names a question that stands on it already."""
    for at, scale in enumerate(document["edition"].get("scales") or ()):
        seen: dict[str, str] = {}
        for path, group, key in _placed(at, scale):
            if key in seen:
                yield path, f"{key} is in the group {seen[key]} already"
            seen.setdefault(key, group)


def _placed(at: int, scale: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """The place of each question on a scale, with its group and its own key."""
    for to, group in enumerate(scale["groups"]):
        for place, key in enumerate(group["questions"]):
            path = ("edition", "scales", at, "groups", to, "questions", place)
            yield path, group["key"], key


def _unrated(question: Mapping[str, Any], top: int) -> str:
    if question["kind"] not in {"choice", "stage"}:
        return "is answered by no level"
    found = ratings(question["choices"]).values()
    if any(max(rating.level, rating.higher or 0) > top for rating in found):
        return "has a level that the scale does not have"
    return ""
