"""Which answers a reviewer goes through, read from the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compliance.reviews.choices import Why
from compliance.reviews.content import Line
from compliance.reviews.reading import Desk
from compliance.reviews.sampling import together


@dataclass(frozen=True, slots=True)
class Picked:
    """Some answers under a title; ``params`` are those of the address."""

    title: str
    params: dict[str, str]
    lines: Sequence[Line]


def picked(desk: Desk, query: Mapping[str, str]) -> Picked:
    """What ``why``, or ``by`` (a person's id), asks for; all samples for nonsense."""
    why, by = query.get("why", ""), query.get("by", "")
    if why in Why.values:
        lines = next((one.lines for one in desk.samples if one.why == why), ())
        return Picked(Why(why).label, {"why": why}, lines)
    if why == "returned":
        lines = [line for line in desk.content.applying if line.key in desk.returned]
        return Picked("Returned", {"why": why}, lines)
    if why == "all":
        return Picked("All questions", {"why": why}, desk.content.applying)
    if by.isascii() and by.isdigit() and int(by) in desk.people:
        keys = set(desk.prepared(int(by)))
        lines = [line for line in desk.content.applying if line.key in keys]
        title = f"Prepared by {desk.people[int(by)]}"
        return Picked(title, {"by": by}, lines)
    return Picked("Check these first", {}, together(desk.samples))
