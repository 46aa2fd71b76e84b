"""The chain that a row belongs to: ``Proven.chain``, in SQL and for rows at hand."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models

from compliance.audit.columns import Proven, proof_of
from compliance.audit.models import LIBRARY


class Owner(NamedTuple):
    """The organisation of a row in a statement that writes it.

    ``field`` is the column that the SQL gives; None where every row is the library's.
    """

    sql: str
    field: models.Field[Any, Any] | None


@cache
def owner_of(model: type[models.Model]) -> Owner:
    """For RETURNING: the database follows the way, so no second statement has to."""
    sql, at, field = "NULL", model, None
    for name in _way_of(model):
        field = at._meta.get_field(name)
        table, column = at._meta.db_table, field.column
        if at is model:
            sql = f'"{table}"."{column}"'
        else:
            key = at._meta.pk.column
            sql = f'(SELECT "{column}" FROM "{table}" WHERE "{table}"."{key}" = {sql})'  # noqa: S608
        at = field.related_model
    return Owner(sql, field)


def owners(rows: Sequence[models.Model]) -> list[UUID]:
    """The chain of each of some rows of one model, read only where none is at hand."""
    found: dict[int, Any] = {}
    unknown = defaultdict[tuple[Any, ...], list[tuple[int, Any]]](list)
    for number, row in enumerate(rows):
        at, way = row, list(_way_of(type(row)))
        while len(way) > 1 and at and at._meta.get_field(way[0]).is_cached(at):
            at = getattr(at, way.pop(0))
        if at and len(way) > 1:
            field = at._meta.get_field(way[0])
            onward = (field.related_model, "__".join(way[1:]))
            unknown[onward].append((number, getattr(at, field.attname)))
        else:
            found[number] = getattr(at, way[0], None) if way else None
    for (model, way), keys in unknown.items():
        near = model._base_manager.filter(pk__in={key for _, key in keys})
        known = dict(near.values_list("pk", way))
        found |= {number: known.get(key) for number, key in keys}
    return [found[number] or LIBRARY for number in range(len(rows))]


@cache
def _way_of(model: type[models.Model]) -> tuple[str, ...]:
    proof = proof_of(model)
    way = proof.chain if isinstance(proof, Proven) else ""
    return tuple(way.split("__")) if way else ()
