"""Ratings of answers by a framework: a level and points. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

BELOW = "below"
"""The count of "not met" where an answer rates: a gap, and no breach of law."""


@dataclass(frozen=True, slots=True)
class Rating:
    """The worth of an answer, whose words are ``label``; points are exact.

    ``contested`` says where sources differ, ``most`` are the points that its question
    gives at best.
    """

    level: int
    points: Decimal
    label: str = ""
    contested: str = ""
    most: Decimal = Decimal(0)
    higher: int | None = None
    """The level that other sources give; the lower one counts."""


Ratings = Mapping[str, Rating]
"""Those of a question, by what is chosen."""


@dataclass(frozen=True, slots=True)
class Points:
    """Points of some answers, of the most that their questions give."""

    given: Decimal
    most: Decimal


def counted_as(verdict: str, *, rates: bool) -> str:
    """The verdict as strips, bars, counts and filters take it.

    ``rates`` says that no law sets what is asked (``force.Mark.is_rating``).
    """
    return BELOW if rates and verdict == "not_met" else verdict


def ratings_of(choices: Iterable[tuple[str, str, Any]]) -> dict[str, Rating]:
    """The ratings of a question, from key, label and rating of each of its choices."""
    found = [(key, label, said) for key, label, said in choices if said is not None]
    most = max((_exact(said["points"]) for *_, said in found), default=Decimal(0))
    return {
        key: Rating(
            said["level"],
            _exact(said["points"]),
            label,
            said.get("contested", ""),
            most,
            said.get("higher"),
        )
        for key, label, said in found
    }


def by_label(ratings: Ratings) -> dict[str, Rating]:
    """The ratings of a question by the words of its choices, as a content holds answers.

    Of two choices in the same words, which only editions published before ``repeated``
    was asked can have, the lower rating counts: a doubt lifts nobody over a minimum.
    """
    from_best = sorted(ratings.values(), key=lambda one: (-one.level, -one.points))
    return {one.label: one for one in from_best}


def repeated(labels: Iterable[str]) -> str:
    """The first label that two choices have; "" where all differ.

    A content, which is signed and reported, holds the words of an answer and no key.
    """
    return next((label for label, n in Counter(labels).items() if n > 1), "")


def rated(ratings: Ratings, chosen: Any) -> Rating | None:
    """The rating of an answer. None where nothing is."""
    return ratings.get(chosen) if isinstance(chosen, str) else None


def summed(answers: Iterable[tuple[Ratings, Any]]) -> Points:
    """The points of answers, each as the ratings of its question and what is chosen.

    A criterion that is open, or does not apply to someone, adds none and stays in the
    most.
    """
    given = most = Decimal(0)
    for ratings, chosen in answers:
        one = rated(ratings, chosen)
        given += one.points if one else 0
        most += next((each.most for each in ratings.values()), 0)
    return Points(given, most)


def _exact(points: float) -> Decimal:
    return Decimal(str(points))
