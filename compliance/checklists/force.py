"""How far questions bind: the force of their strongest source, and whether law sets the bar.

Law binds; guidance, frameworks, procurement schemes and standards recommend. A question
that cites nothing says nothing of its force.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Value,
    When,
)

from compliance.checklists.models import Citation, Edition
from compliance.checklists.rating import counted_as
from compliance.legal_index.choices import Force

ORDER = tuple(Force)
"""The strongest first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The sources of a question; ``force`` is None where it cites nothing."""

    force: Force | None = None
    is_yardstick: bool = False

    @property
    def is_rating(self) -> bool:
        """Whether an answer rates and finds no breach: no law sets what is asked."""
        return self.is_yardstick or self.force not in (None, Force.LAW)

    def counted(self, verdict: str) -> str:
        """A verdict as strips, bars, counts and filters take it."""
        return counted_as(verdict, rates=self.is_rating)

    @property
    def verb(self) -> str:
        """The verb before the roles that a question is asked of."""
        return "Recommended to" if self.is_rating else "Binds"

    @property
    def words(self) -> str:
        """The mark on screen and paper; "" where law binds."""
        if self.is_yardstick:
            return YARDSTICK
        if self.force in (None, Force.LAW):
            return ""
        return RECOMMENDED[self.force]


YARDSTICK = "Yardstick, no legal threshold"
RECOMMENDED = {
    Force.GUIDANCE: "Recommended by guidance of an authority",
    Force.FRAMEWORK: "Recommended by a framework",
    Force.PROCUREMENT: "Asked by a procurement scheme",
    Force.STANDARD: "Recommended by a standard",
}


def strongest(forces: Iterable[str]) -> Force | None:
    """The strongest of some forces."""
    found = set(forces)
    return next((force for force in ORDER if force in found), None)


def ranked(path: str) -> Min:
    """The place in ``ORDER`` of the strongest force among citations, to aggregate.

    ``path`` leads from the row to the force.
    """
    places = [When(**{path: force}, then=Value(at)) for at, force in enumerate(ORDER)]
    return Min(Case(*places, output_field=IntegerField()))


def rates() -> ExpressionWrapper:
    """Whether an answer rates and finds no breach, to annotate: ``Mark.is_rating``."""
    cited = Citation.objects.filter(question=OuterRef("question_id"))
    law = cited.filter(provision__instrument__force=Force.LAW)
    found = Q(question__yardstick=True) | (Q(Exists(cited)) & ~Q(Exists(law)))
    return ExpressionWrapper(found, BooleanField())


def at(place: int | None) -> Force | None:
    """The force of a place that ``ranked`` gave."""
    return None if place is None else ORDER[place]


def rated_in(edition: Edition) -> frozenset[str]:
    """The keys of the questions whose answers rate and find no breach: one query."""
    return frozenset(k for k, mark in marks_of(edition).items() if mark.is_rating)


def marks_of(edition: Edition) -> dict[str, Mark]:
    """The mark of every question by its key: one query."""
    rows = edition.questions.order_by().values_list("key", "yardstick")
    found = rows.annotate(place=ranked("citations__provision__instrument__force"))
    return {key: Mark(at(place), yardstick) for key, yardstick, place in found}
