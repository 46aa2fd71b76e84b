"""Clauses of other frameworks that the questions of an edition help to show."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count

from compliance.content.checklists.models import Edition, Framework, Mapping


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with the keys of its questions; ``full`` are those that show most of it."""

    identifier: str
    before: str
    keys: tuple[str, ...]
    full: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A framework with the clauses that the checklist helps to show, of all it has."""

    name: str
    total: int
    clauses: tuple[Clause, ...]


def mapped(edition: Edition) -> tuple[Mapped, ...]:
    """The frameworks in order, as the library maps them now: two queries."""
    rows = Mapping.objects.filter(checklist=edition.checklist_id)
    rows = rows.select_related("clause__framework").order_by(
        "clause__framework__position", "clause__position", "key"
    )
    totals = dict(Framework.objects.annotate(total=Count("clauses")).values_list("pk", "total"))
    return tuple(
        Mapped(
            framework.name,
            totals[framework.pk],
            tuple(_clause(list(found)) for _, found in groupby(of, key=lambda row: row.clause_id)),
        )
        for framework, of in groupby(rows, key=lambda row: row.clause.framework)
    )


def _clause(rows: list[Mapping]) -> Clause:
    clause = rows[0].clause
    return Clause(
        clause.identifier,
        clause.before,
        tuple(row.key for row in rows),
        frozenset(row.key for row in rows if row.is_full),
    )
