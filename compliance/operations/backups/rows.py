"""A row as one line of JSON, the same for every kind of database, and back.

Numbers, truth and text stand as they are. Everything else is Django's own text form of
the field. JSON in the database stays the text it is there, so that ``null`` and
nothing, and the order of keys, are not lost on the way.
"""

import json
from collections.abc import Callable, Iterable
from itertools import batched
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import F, Field, JSONField, Model, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

BATCH = 1000
_AS_THEY_ARE = {
    "AutoField", "BigAutoField", "SmallAutoField", "BooleanField", "CharField",
    "IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField",
    "PositiveBigIntegerField", "PositiveSmallIntegerField", "SlugField", "TextField",
    "EmailField", "URLField",
}  # fmt: skip
_lined = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Model_ = type[Model]


def fields_of(model: Model_) -> list[Field]:
    """The fields that have a column, in the order of the model."""
    return list(model._meta.local_concrete_fields)


def columns_of(model: Model_) -> list[str]:
    return [field.attname for field in fields_of(model)]


def selected(model: Model_, instead: dict[str, Combinable] | None = None) -> list[Combinable]:
    """The columns to select so that ``line`` can write them; ``instead`` gives other values."""
    return [
        (instead or {}).get(field.attname)
        or (Cast(field.attname, TextField()) if isinstance(field, JSONField) else F(field.attname))
        for field in fields_of(model)
    ]


def writers(model: Model_) -> list[Callable[[Any], Any]]:
    """For each column what makes a value of Python one of JSON."""
    return [_writer(field) for field in fields_of(model)]


def line(values: list[Any]) -> bytes:
    """One row of values from ``writers``."""
    return _lined(values).encode() + b"\n"


def insert(model: Model_, rows: Iterable[list[Any]]) -> None:
    """Write rows that ``line`` wrote into an empty table. No signal is sent."""
    fields, quote = fields_of(model), connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    into = f"{quote(model._meta.db_table)} ({columns})"
    readers = [_reader(field) for field in fields]
    ready = (tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(fields))
        statement = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608
        for batch in batched(ready, BATCH):
            cursor.executemany(statement, batch)


def _stored(field: Field) -> Field:
    """The field whose values a column holds: of a foreign key, the one it points to."""
    while field.remote_field:
        field = field.target_field  # type: ignore[attr-defined]
    return field


def _stays(field: Field) -> bool:
    return isinstance(field, JSONField) or field.get_internal_type() in _AS_THEY_ARE


def _writer(field: Field) -> Callable[[Any], Any]:
    stored = _stored(field)
    if _stays(stored):
        return _same

    def write(value: Any) -> Any:
        if value is None:
            return None
        holder: Any = SimpleNamespace(**{stored.attname: value})
        return stored.value_to_string(holder)

    return write


def _reader(field: Field) -> Callable[[Any], Any]:
    """A function that makes a value of JSON one that the database takes."""
    if isinstance(field, JSONField):
        return _same
    stored = _stored(field)
    parse = _same if _stays(stored) else stored.to_python

    def read(value: Any) -> Any:
        if value is None:
            return None
        return stored.get_db_prep_save(parse(value), connection=connection)

    return read


def _same(value: Any) -> Any:
    return value
