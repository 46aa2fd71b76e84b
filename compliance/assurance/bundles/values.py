"""Values of a bundle as rows of a table take them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model

from compliance.assurance.reviews.row_columns import Columns
from compliance.identity.organisations.models import User
from compliance.proof.audit.rows import inserted

BATCH = 500


def create(rows: Sequence[Any]) -> None:
    """Add rows with the moment they had; the field would take that of now."""
    if not rows:
        return
    (dated,) = (one.name for one in rows[0]._meta.concrete_fields if getattr(one, "auto_now_add", False))
    moments = [getattr(row, dated) for row in rows]
    manager = type(rows[0])._default_manager
    inserted(manager.bulk_create(rows, batch_size=BATCH))
    for row, moment in zip(rows, moments, strict=True):
        setattr(row, dated, moment)
    manager.bulk_update(rows, [dated], batch_size=BATCH)


def fields_of(columns: Columns, row: dict[str, Any], people: Mapping[str, User]) -> dict[str, Any]:
    """What a row of ``rows.json`` holds, by the names of its model's fields."""
    named = {name: people[row[name]] if row[name] else None for name in columns.people}
    return values_of(columns.model, row, columns.values) | named


def values_of(model: type[Model], row: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Fields of a row as the columns of a table take them: days and moments are no text."""
    columns: dict[str, Any] = {name: model._meta.get_field(name) for name in names}
    return {name: column.to_python(row[name]) for name, column in columns.items()}
