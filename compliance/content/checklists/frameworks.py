"""Clauses of control frameworks that an answer helps to show, read from either end."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, QuerySet

from compliance.content.checklists.models import Checklist, Clause, Framework, Mapping


@dataclass(frozen=True, slots=True)
class Shown:
    """A framework with the clauses that one question helps to show."""

    framework: Framework
    mappings: list[Mapping]


def shown_by(checklist: Checklist, key: str) -> list[Shown]:
    """Clauses that a question helps to show, by framework: one query."""
    rows = Mapping.objects.filter(checklist=checklist, key=key)
    rows = rows.select_related("clause__framework")
    return [
        Shown(framework, list(found))
        for framework, found in groupby(rows, key=lambda row: row.clause.framework)
    ]


def counted() -> QuerySet[Framework]:
    """Every framework with ``clause_count`` and ``question_count``: one query."""
    return Framework.objects.annotate(
        clause_count=Count("clauses", distinct=True),
        question_count=Count("clauses__mappings__key", distinct=True),
    )


def find(name: str) -> Clause | None:
    """The clause of a name such as "iso-27001:A.5.9": one query."""
    key, _, identifier = name.partition(":")
    rows = Clause.objects.select_related("framework")
    return rows.filter(framework__key=key, identifier=identifier).first()


def keys_of(clause: Clause, checklist: Checklist) -> frozenset[str]:
    """The questions of a checklist that help to show a clause: one query."""
    rows = clause.mappings.filter(checklist=checklist)
    return frozenset(rows.values_list("key", flat=True))


def mapped(framework: Framework) -> Iterable[Clause]:
    """The clauses of a framework with their mappings and checklists: three queries."""
    return framework.clauses.prefetch_related("mappings__checklist")
