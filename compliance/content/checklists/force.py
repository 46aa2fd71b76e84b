"""How far questions bind: the force of their strongest source, and whether law sets the bar.

Law binds; guidance, frameworks, procurement schemes and standards recommend. A question
that cites nothing says nothing of its force. A question on a scale of its edition rates,
whatever it cites.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Value,
    When,
)

from compliance.content.checklists.models import Citation, Edition
from compliance.content.checklists.rating import counted_as
from compliance.content.checklists.scales import keys_of, scales_of
from compliance.content.legal_index.choices import Force

ORDER = tuple(Force)
"""The strongest first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The sources of a question; ``force`` is None where it cites nothing.

    ``is_scaled`` where a scale of its edition reads its answer.
    """

    force: Force | None = None
    is_yardstick: bool = False
    is_scaled: bool = False

    @property
    def is_rating(self) -> bool:
        """Whether an answer rates and finds no breach: on a scale, or by no law."""
        is_measure = self.is_yardstick or self.is_scaled
        return is_measure or self.force not in (None, Force.LAW)

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
            return SCALED if self.is_scaled else ""
        return RECOMMENDED[self.force]


YARDSTICK = "Yardstick, no legal threshold"
SCALED = "Rated on a scale"
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


_ON_SCALE = {
    "sqlite": """EXISTS (
        SELECT 1 FROM json_each({scales}) scale,
            json_each(scale.value, '$.groups') part,
            json_each(part.value, '$.questions') one
        WHERE one.value = {key}
    )""",
    "postgresql": """COALESCE(jsonb_path_exists(
        {scales}, '$[*].groups[*].questions[*] ? (@ == $key)',
        jsonb_build_object('key', {key})
    ), FALSE)""",
}


def on_scale_sql(vendor: str, scales: str, key: str) -> str:
    """Whether a key is on one of the scales, as ``scales.keys_of`` says, from columns."""
    return _ON_SCALE[vendor].format(scales=scales, key=key)


class _OnScale(Func):
    """The same to annotate."""

    arity = 2
    output_field = BooleanField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        found = (compiler.compile(each) for each in self.get_source_expressions())
        (scales, before), (key, after) = found
        return on_scale_sql(connection.vendor, scales, key), [*before, *after]

    as_postgresql = as_sqlite


def on_scale() -> _OnScale:
    """Whether the question of an answer is on a scale, to annotate: ``Mark.is_scaled``."""
    return _OnScale(F("question__edition__scales"), F("question__key"))


def rates(editions: Iterable[Edition] | None = None) -> ExpressionWrapper:
    """Whether an answer rates and finds no breach, to annotate: ``Mark.is_rating``.

    ``editions`` are all that the answers are of, where they are at hand: their scales are
    read once then, and not by the database for each row.
    """
    cited = Citation.objects.filter(question=OuterRef("question_id"))
    law = cited.filter(provision__instrument__force=Force.LAW)
    scaled = Q(on_scale()) if editions is None else _scaled_in(editions)
    found = Q(question__yardstick=True) | (Q(Exists(cited)) & ~Q(Exists(law))) | scaled
    return ExpressionWrapper(found, BooleanField())


def _scaled_in(editions: Iterable[Edition]) -> Q:
    found = Q()
    for edition in {one.pk: one for one in editions}.values():
        if keys := keys_of(scales_of(edition.scales)):
            found |= Q(question__edition=edition, question__key__in=sorted(keys))
    return found


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
    scaled = keys_of(scales_of(edition.scales))
    return {key: Mark(at(place), yardstick, key in scaled) for key, yardstick, place in found}
