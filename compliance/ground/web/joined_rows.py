"""Rows of joined models, read by a statement that is written by hand.

Writing a statement takes the ORM many times as long as the database takes to run it. The
few that every save runs are texts, and Django's fields still say what a column holds.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

Field = models.Field[Any, Any]
Columns = Sequence[str] | None
"""Names of columns as Python has them; None for all. Others are read when asked for."""


class Joined:
    """A statement whose rows are instances of a few models.

    ``text`` has ``{columns}`` behind SELECT, and knows each model by its name in
    ``models``. ``locks`` names the one whose rows nobody else changes before the
    transaction is over.
    """

    def __init__(
        self,
        text: str,
        *,
        locks: str = "",
        **models: tuple[type[models.Model], Columns],
    ) -> None:
        self.parts = [
            (model, tuple(f for f in model._meta.concrete_fields if _has(columns, f)))
            for model, columns in models.values()
        ]
        names = [
            f'"{alias}"."{field.column}"'
            for alias, (_, fields) in zip(models, self.parts, strict=True)
            for field in fields
        ]
        self.text = text.format(columns=", ".join(names))
        self.lock = f' FOR UPDATE OF "{locks}"' if locks else ""

    def read(self, *values: Any) -> list[list[Any]]:
        """The rows: an instance of each model, None where the join found none.

        Anything behind the columns in the statement follows as it is. ``values`` are
        ids and plain values.
        """
        lock = self.lock if connection.features.has_select_for_update else ""
        with connection.cursor() as cursor:
            cursor.execute(self.text + lock, [_plain(value) for value in values])
            rows = cursor.fetchall()
        return [self._made(row) for row in rows]

    def _made(self, row: Sequence[Any]) -> list[Any]:
        found: list[Any] = []
        at = 0
        for model, fields in self.parts:
            values = list(row[at : (at := at + len(fields))])
            found.append(None if values[0] is None else _instance(model, fields, values))
        return [*found, *row[at:]]


def _has(columns: Columns, field: Field) -> bool:
    return columns is None or field.attname in columns


def _plain(value: Any) -> Any:
    is_text = isinstance(value, UUID) and not connection.features.has_native_uuid_field
    return value.hex if is_text else value


def _instance(model: type[models.Model], fields: tuple[Field, ...], values: list[Any]) -> models.Model:
    names, converted = _reading(fields, connection.vendor)
    for place, expression, converters in converted:
        for convert in converters:
            values[place] = convert(values[place], expression, connection)
    return model.from_db(connection.alias, names, values)


@cache
def _reading(
    fields: tuple[Field, ...], vendor: str
) -> tuple[list[str], list[tuple[int, Any, list[Callable[..., Any]]]]]:
    """The names of columns, and how a database's values become Python's."""
    converted = []
    for place, field in enumerate(fields):
        expression = field.get_col(field.model._meta.db_table)
        own = connection.ops.get_db_converters(expression)
        if every := [*own, *expression.get_db_converters(connection)]:
            converted.append((place, expression, every))
    return [field.attname for field in fields], converted
