"""Are the tables as the events of a chain left them? Every column of every proven row."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef

from compliance.proof.audit import trail, verification
from compliance.proof.audit.chain_check import Fault, Kind
from compliance.proof.audit.columns import (
    Proven,
    blank,
    columns_of,
    label_of,
    plain,
    proof_of,
    proven,
    readers_of,
)
from compliance.proof.audit.models import LIBRARY, PEOPLE, Event
from compliance.proof.audit.owners import first_step, without_way
from compliance.proof.audit.projection import (
    At,
    How,
    Row,
    Rows,
    Stands,
    Unlike,
    compared,
    erased,
)
from compliance.proof.audit.unfollowed import types, unfollowed

_STRETCH = 500
_SHOWN = 80
"""Characters of a row's name that a fault shows."""


def projected(organisation_id: UUID) -> Rows:
    """The rows of a chain as its events left them; none of a table that is gone since."""
    rows, _ = folded(organisation_id)
    return rows


def folded(organisation_id: UUID) -> tuple[Rows, list[Fault]]:
    """The same rows, and the events that no row follows."""
    events = Event.objects.filter(organisation_id=organisation_id).order_by("seq")
    rows: Rows = {}
    recorded = trail.holding_rows(events, also=types())
    wrong = [Fault(seq, what, Kind.UNFOLLOWED) for seq, what in unfollowed(recorded, rows)]
    tables = {model._meta.model_name for model in proven().values()}
    return {at: row for at, row in rows.items() if at[0] in tables}, wrong


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Columns that were changed, and rows that were taken away or put in, by no event."""
    yield from verification.settled(organisation_id, lambda: _faults(organisation_id))


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    fold, wrong = folded(organisation_id)
    yield from wrong
    first = {LIBRARY: "theme", PEOPLE: "user"}.get(organisation_id, "organisation")
    for at, name in sorted(erased(fold)):
        yield _unproven(at, name, fold[at])
    is_whole = any(row.is_whole for (table, _), row in fold.items() if table == first)
    for model in proven().values():
        own = rows_of(model, organisation_id)
        for each in compared(stands(own), fold, blanks(model), is_whole=is_whole):
            yield _fault(each)
    for at, row in fold.items():
        yield _fault(Unlike(at, row.seq, How.TAKEN_AWAY), row)
    if organisation_id == LIBRARY:
        yield from _astray()


def _astray() -> Iterator[Fault]:
    """Rows that are of no chain, since the row through which they would be is not there.

    They are told of with the library's, which are of no organisation either.
    """
    for model in proven().values():
        parent = first_step(model)
        if parent is None:
            continue
        named = parent.related_model._base_manager.filter(pk=OuterRef(parent.attname))
        rows = model._base_manager.exclude(**{parent.attname: None})
        astray = rows.filter(~Exists(named)).order_by("pk")
        for pk in astray.values_list("pk", flat=True).iterator(chunk_size=_STRETCH):
            what = f"{model._meta.verbose_name} {pk}: its {parent.verbose_name} is not there"
            yield Fault(0, f"{what}, so that it is of no chain", Kind.ROW)


def rows_of(model: type[models.Model], organisation_id: UUID) -> models.QuerySet[models.Model]:
    """The rows that belong to a chain: see ``Proven.chain``."""
    proof, rows = proof_of(model), model._base_manager.all()
    chain = proof.chain if isinstance(proof, Proven) else ""
    if organisation_id == without_way(model):
        return rows.filter(**{f"{chain}__isnull": True}) if chain else rows
    return rows.filter(**{chain: organisation_id}) if chain else rows.none()


def stands(rows: models.QuerySet[models.Model]) -> Stands:
    """Rows of a proven table, to be compared with the trail."""
    known, table = columns_of(rows.model), str(rows.model._meta.model_name)
    columns = [(name, column.attname) for name, column in known.items()]
    names, readers = [name for name, _ in columns], readers_of(rows.model)
    found = rows.order_by("pk").values_list("pk", *(attname for _, attname in columns))
    for pk, *values in found.iterator(chunk_size=_STRETCH):
        own = (read(value) for read, value in zip(readers, values, strict=True))
        yield (table, str(plain(pk))), dict(zip(names, own, strict=True))


@cache
def blanks(model: type[models.Model]) -> Mapping[str, Any]:
    """Column to the value that events of new rows leave out, see ``compared``."""
    return {name: ... if column.primary_key else blank(column) for name, column in columns_of(model).items()}


def labels(each: Unlike) -> str:
    """How people call the columns that differ."""
    model = _model_of(each)
    return " and ".join(f"“{label_of(model, name)}”" for name in each.columns)


def _fault(each: Unlike, row: Row | None = None) -> Fault:
    model, (_, pk) = _model_of(each), each.at
    name, verb = f"{model._meta.verbose_name} {pk}{_name(model, pk, row)}", "was"
    if each.columns:
        name = f"{name}: {labels(each)}"
        verb = "was" if len(each.columns) == 1 else "were"
    since = f" after event {each.seq}" if each.seq else ""
    return Fault(each.seq, f"{name} {verb} {each.how}{since}", Kind.ROW)


def _unproven(at: At, column: str, row: Row) -> Fault:
    """The fault of a text that was erased and left open: a true erasing says what it left."""
    each = Unlike(at, row.seq, How.CHANGED, (column,))
    model, (_, pk) = _model_of(each), at
    name = f"{labels(each)} of {model._meta.verbose_name} {pk}{_name(model, pk, row)}"
    what = f"text no longer proven: {name}, erased in event {row.seq} or before"
    return Fault(0, what, Kind.ERASED)


def _name(model: type[models.Model], pk: str, row: Row | None) -> str:
    """How people call a row that stands, or one that is gone; "" when that is unknown."""
    known = columns_of(model)
    try:
        one = model._base_manager.filter(pk=pk).first() or model(
            **{
                known[name].attname: known[name].to_python(value)
                for name, value in (row.values if row else {}).items()
            }
        )
        return f" (“{str(one)[:_SHOWN]}”)"
    except Exception:  # of whatever stands in a row that nobody proves any more
        return ""


def _model_of(each: Unlike) -> type[models.Model]:
    return next(one for one in proven().values() if one._meta.model_name == each.at[0])
