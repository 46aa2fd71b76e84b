"""Columns of one row, written by a statement that is made once for each set of them.

For the rows that every save writes: see ``joined_rows``. Django's fields still say what
a column holds, and the statement passes the wrappers of the connection like any other.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DatabaseError, connection, models


def update(row: models.Model, names: Sequence[str]) -> None:
    """Write some fields of a row that is there, as ``save(update_fields=names)`` does.

    It belongs into a transaction that any error ends, and sends no signal. Raises
    ``DatabaseError`` where the row is gone.
    """
    text, fields = _statement(type(row), tuple(names))
    values = [
        one.get_db_prep_save(one.pre_save(row, add=False), connection) for one in fields
    ]
    key = row._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, key])
        if cursor.rowcount < 1:
            msg = f"{row._meta.verbose_name} {row.pk} is not there to be updated"
            raise DatabaseError(msg)


@cache
def _statement(
    model: type[models.Model], names: tuple[str, ...]
) -> tuple[str, list[models.Field[Any, Any]]]:
    """The statement, and the fields of its values but for the last, the key."""
    known = model._meta.concrete_fields
    by_name = {name: one for one in known for name in (one.name, one.attname)}
    fields = [by_name[name] for name in names]
    pairs = ", ".join(f'"{one.column}" = %s' for one in fields)
    where = f'"{model._meta.pk.column}" = %s'
    return f'UPDATE "{model._meta.db_table}" SET {pairs} WHERE {where}', fields  # noqa: S608
