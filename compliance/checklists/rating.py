"""Ratings of answers by a framework: a level and points. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Rated:
    """The rating of one answer, and the most that the question gives."""

    level: int
    points: Decimal
    most: Decimal
    contested: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Points of some answers, of the most that their questions give."""

    given: Decimal
    most: Decimal


def most_of(ratings: Iterable[dict[str, Any]]) -> Decimal:
    """The most points that a question gives."""
    return max((_exact(one["points"]) for one in ratings), default=Decimal(0))


def rated(ratings: dict[str, dict[str, Any]], chosen: Any) -> Rated | None:
    """The rating of an answer; ``ratings`` by choice. None where nothing is."""
    found = ratings.get(chosen) if isinstance(chosen, str) else None
    if found is None:
        return None
    points, said = _exact(found["points"]), found.get("contested", "")
    return Rated(found["level"], points, most_of(ratings.values()), said)


def summed(answers: Iterable[tuple[dict[str, dict[str, Any]], Any]]) -> Points:
    """The points of answers, each as the ratings of its question and what is chosen.

    A criterion that is open, or does not apply to somebody, adds none and stays in the
    most.
    """
    given = most = Decimal(0)
    for ratings, chosen in answers:
        one = rated(ratings, chosen)
        given += one.points if one else 0
        most += most_of(ratings.values())
    return Points(given, most)


def _exact(points: float) -> Decimal:
    return Decimal(str(points))
