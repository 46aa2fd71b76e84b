"""Are the tables as the events of a chain left them? Every column of every proven row."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import models

from compliance.audit import trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.columns import (
    Proven,
    blank,
    columns_of,
    plain,
    proof_of,
    proven,
)
from compliance.audit.models import LIBRARY, Event
from compliance.audit.projection import Row, Rows, Told, project, unlike

_STRETCH = 2000


def projected(organisation_id: UUID) -> Rows:
    """The rows of a chain as its events left them."""
    events = Event.objects.filter(organisation_id=organisation_id)
    return project(
        Told(
            event.seq, (event.subject_label, event.subject_id), trail.content_of(event)
        )
        for event in events.filter(payload__contains='"rows":')
        .order_by("seq")
        .iterator(chunk_size=_STRETCH)
    )


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Columns that were changed, and rows that were taken away or put in, by no event."""
    yield from trail.settled(organisation_id, lambda: _faults(organisation_id))


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    told = projected(organisation_id)
    first = ("theme", "organisation")[organisation_id != LIBRARY]
    is_whole = any(row.is_whole for (table, _), row in told.items() if table == first)
    for model in proven().values():
        names = [column.attname for column in columns_of(model).values()]
        rows = rows_of(model, organisation_id).order_by("pk")
        stands = rows.values_list("pk", *names).iterator(chunk_size=_STRETCH)
        yield from unlike_rows(model, stands, told, is_whole=is_whole)
    for (table, pk), row in told.items():
        what = f"{table} {pk} was taken away without an entry"
        yield Fault(row.seq, what, Kind.ROW)


def rows_of(
    model: type[models.Model], organisation_id: UUID
) -> models.QuerySet[models.Model]:
    """The rows that belong to a chain: see ``Proven.chain``."""
    proof, rows = proof_of(model), model._base_manager.all()
    chain = proof.chain if isinstance(proof, Proven) else ""
    if organisation_id != LIBRARY:
        return rows.filter(**{chain: organisation_id}) if chain else rows.none()
    return rows.filter(**{f"{chain}__isnull": True}) if chain else rows


def unlike_rows(
    model: type[models.Model],
    rows: Iterable[Sequence[Any]],
    told: Rows,
    *,
    is_whole: bool,
) -> Iterator[Fault]:
    """What of rows, key and columns in order, the events do not have; they leave ``told``.

    ``is_whole``: the chain has every row from the beginning of the organisation.
    """
    table, known = str(model._meta.model_name), columns_of(model)
    for pk, *stands in rows:
        at = (table, str(plain(pk)))
        row = told.pop(at, None)
        if row is None:
            if is_whole:
                what = f"{table} {at[1]} was put in without an entry"
                yield Fault(0, what, Kind.ROW)
            continue
        for (name, column), value in zip(known.items(), stands, strict=True):
            if _differs(row, name, column, value):
                what = f"{table} {at[1]}: {name} was changed without an entry"
                yield Fault(row.seq, what, Kind.ROW)


def _differs(row: Row, name: str, column: models.Field[Any, Any], value: Any) -> bool:
    if column.primary_key:
        return False
    empty = blank(column)
    if empty is not None and empty is not ... and value is None:
        return True
    return unlike(row, name, plain(value), empty)
