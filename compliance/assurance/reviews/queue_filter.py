"""The answers that a reviewer goes through, read from the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.assurance.reviews.choices import CheckResult, Why
from compliance.assurance.reviews.review_queue import Looks, Stop, Way
from compliance.ground.web.text import number_in

RULED_OUT = "ruled-out"
"""In the address: what does not apply, by the facts."""


@dataclass(frozen=True, slots=True)
class Picked:
    """Some answers under a title; ``params`` are those of the address."""

    title: str
    params: dict[str, str]
    stops: Sequence[Stop]


def picked(way: Way, looks: Looks, query: Mapping[str, str]) -> Picked:
    """The answers for ``why``, or ``by`` (a person's id); the sample for nonsense."""
    why, by = query.get("why", ""), query.get("by", "")
    if why in Why.values:
        return Picked(Why(why).label, {"why": why}, _sampled(way, Why(why)))
    if why == "returned":
        is_returned = CheckResult.RETURNED
        stops = [one for one in way.stops if one.result(looks) == is_returned]
        return Picked("Returned", {"why": why}, stops)
    if why == "all":
        stops = [one for one in way.stops if one.applies]
        return Picked("All questions", {"why": why}, stops)
    if why == RULED_OUT:
        return Picked("Does not apply, by the facts", {"why": why}, ruled_out(way))
    person = number_in(by)
    if person is not None and person in way.people:
        stops = [one for one in way.stops if person in one.preparers]
        return Picked(f"Prepared by {way.people[person]}", {"by": by}, stops)
    return Picked("Check these first", {}, [one for one in way.stops if one.is_drawn])


def ruled_out(way: Way) -> list[Stop]:
    """Lines that do not apply."""
    return [one for one in way.stops if not one.applies]


def _sampled(way: Way, why: Why) -> list[Stop]:
    return [one for one in way.stops if why in one.whys]
