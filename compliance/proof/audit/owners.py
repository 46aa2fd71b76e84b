"""The chain that a row belongs to: ``Proven.chain``, in SQL and for rows at hand."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models

from compliance.proof.audit.columns import Proven, proof_of
from compliance.proof.audit.models import LIBRARY, PEOPLE


class Owner(NamedTuple):
    """The organisation of a row in a statement that writes it.

    ``field`` is the column that the SQL gives; where there is none, and where it is
    empty, the chain is ``otherwise``.
    """

    sql: str
    field: models.Field[Any, Any] | None
    otherwise: UUID


@cache
def owner_of(model: type[models.Model]) -> Owner:
    """For RETURNING: the database follows the way, so no second statement has to."""
    way = _way_of(model)
    sql = _sql(way, f'"{model._meta.db_table}"') if way else "NULL"
    return Owner(sql, way[-1] if way else None, without_way(model))


def chain_of(model: type[models.Model], row: str, chain: str = "") -> str:
    """SQL of the organisation's id of a row that the statement calls ``row``.

    ``chain`` is as in ``Proven.chain``, which is the default.
    """
    return _sql(_along(model, chain) if chain else _way_of(model), row)


def _sql(way: Sequence[Any], row: str) -> str:
    first, *onward = way
    sql = f'{row}."{first.column}"'
    for field in onward:
        about = field.model._meta
        key = f'"{about.db_table}"."{about.pk.column}"'
        sql = f'(SELECT "{field.column}" FROM "{about.db_table}" WHERE {key} = {sql})'  # noqa: S608
    return sql


def owners(rows: Sequence[models.Model]) -> list[UUID]:
    """The chain of each of some rows of one model, read only where none is at hand."""
    found: dict[int, Any] = {}
    unknown = defaultdict[tuple[Any, ...], list[tuple[int, Any]]](list)
    for number, row in enumerate(rows):
        at, (*ways, last) = row, _way_of(type(row)) or (None,)
        while at and ways and ways[0].is_cached(at):
            at = getattr(at, ways.pop(0).name)
        if at and ways:
            onward = "__".join([*(way.name for way in ways[1:]), last.attname])
            key = getattr(at, ways[0].attname)
            unknown[ways[0].related_model, onward].append((number, key))
        else:
            found[number] = getattr(at, last.attname) if at and last else None
    for (model, onward), keys in unknown.items():
        near = model._base_manager.filter(pk__in={key for _, key in keys})
        known = dict(near.values_list("pk", onward))
        found |= {number: known.get(key) for number, key in keys}
    return [found[at] or without_way(type(row)) for at, row in enumerate(rows)]


def without_way(model: type[models.Model]) -> UUID:
    """The chain of a row that leads to no organisation."""
    proof = proof_of(model)
    is_of_people = isinstance(proof, Proven) and proof.is_of_people
    return PEOPLE if is_of_people else LIBRARY


def first_step(model: type[models.Model]) -> models.ForeignKey[Any, Any] | None:
    """The key by which a row names the one through which it is of a chain, if it does."""
    first, *_ = _way_of(model) or (None,)
    return first if isinstance(first, models.ForeignKey) else None


@cache
def _way_of(model: type[models.Model]) -> tuple[Any, ...]:
    """The fields that lead to the organisation, one from each table."""
    proof = proof_of(model)
    chain = proof.chain if isinstance(proof, Proven) else ""
    return _along(model, chain) if chain else ()


def _along(model: type[models.Model], chain: str) -> tuple[Any, ...]:
    way, at = [], model
    for name in chain.split("__"):
        field: Any = at._meta.get_field(name)
        way.append(field)
        at = field.related_model
    return tuple(way)
