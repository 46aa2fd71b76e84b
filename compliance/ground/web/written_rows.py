"""One row, written by a statement that is made once for each set of columns.

For the rows that every save writes: see ``joined_rows``. Django's fields still say what
a column holds, and the statement passes the wrappers of the connection like any other.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, models

Field = models.Field[Any, Any]


def update(row: models.Model, names: Sequence[str]) -> None:
    """Write some fields of a row that is there, as ``save(update_fields=names)`` does.

    It belongs into a transaction that any error ends, and sends no signal. Raises
    ``DatabaseError`` where the row is gone.
    """
    text, fields = _update(type(row), tuple(names))
    key = row._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(text, [*_values(row, fields, add=False), key])
        if cursor.rowcount < 1:
            msg = f"{row._meta.verbose_name} {row.pk} is not there to be updated"
            raise DatabaseError(msg)


def insert(row: models.Model) -> None:
    """Make a row whose key the database counts, as ``bulk_create`` does: without a signal."""
    text, fields = _insert(type(row))
    with connection.cursor() as cursor:
        cursor.execute(text, _values(row, fields, add=True))
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def _values(row: models.Model, fields: Iterable[Field], *, add: bool) -> list[Any]:
    """The values of a row's columns as the database takes them."""
    return [field.get_db_prep_save(field.pre_save(row, add=add), connection) for field in fields]


@cache
def _insert(model: type[models.Model]) -> tuple[str, list[Field]]:
    """The statement, and the fields of its values."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table, key = model._meta.db_table, model._meta.pk.column
    text = f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) RETURNING "{key}"'  # noqa: S608
    return text, fields


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Field]]:
    """The statement, and the fields of its values but for the last, the key."""
    known = model._meta.concrete_fields
    by_name = {name: one for one in known for name in (one.name, one.attname)}
    fields = [by_name[name] for name in names]
    pairs = ", ".join(f'"{one.column}" = %s' for one in fields)
    where = f'"{model._meta.pk.column}" = %s'
    return f'UPDATE "{model._meta.db_table}" SET {pairs} WHERE {where}', fields  # noqa: S608
