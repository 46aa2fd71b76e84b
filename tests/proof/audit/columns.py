"""Changing one column of one row, as somebody with the database's tools would."""

import datetime
import uuid
from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal

from django.db import IntegrityError, connection, models, transaction

from compliance.proof.audit import tables
from compliance.proof.audit.columns import columns_of, proven
from compliance.proof.audit.projection import How, compared
from tests.proof.audit.tampering import Guardless

DAY = datetime.timedelta(days=1)
CHANGED = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    str: lambda value: f"x{value[1:]}" if value[:1] != "x" else f"y{value[1:]}",
    datetime.date: lambda value: value + DAY,
    uuid.UUID: lambda value: uuid.uuid4(),
    Decimal: lambda value: value + 1,
    bytes: lambda value: value + b"x",
    list: lambda value: [*value, "x"],
    dict: lambda value: value | {"x": 1},
}
MADE = {
    models.JSONField: {"x": 1},
    models.CharField: "x",
    models.TextField: "x",
    models.DateTimeField: datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    models.DateField: datetime.date(2020, 1, 1),
    models.UUIDField: uuid.uuid4(),
    models.DecimalField: Decimal(1),
    models.IntegerField: 1,
}


def another(column, value):
    """A value that the column may have, and does not."""
    for kind, change in CHANGED.items():
        if isinstance(value, kind):
            return change(value)
    target = getattr(column, "target_field", column)
    return next(made for kind, made in MADE.items() if isinstance(target, kind))


RARE = {
    "accesspolicy", "archive", "asked", "authenticator", "departure", "directory", "directorygroup", "directorygroupmember", "directoryperson", "domain", "feed", "ground", "grouprole", "identity", "invitation", "letterhead", "mention",
    "namesake", "origin", "origintrail", "package", "proposal", "reopening", "report", "rules", "seatoffer", "sharelink", "signon", "target", "token",
    "upgrade", "webhook",
}  # fmt: skip
"""Models that the demo has no row of, or few; ``test_columns`` makes one of each."""


def columns_of_all():
    """Model and column, of all that the trail proves."""
    return {(model._meta.model_name, name) for model in proven().values() for name in columns_of(model)}


def tampered_with(chain):
    """Change each column of a row of each table of a chain by SQL, one after the other.

    Gives model and column of each change that was found and named, or that the database
    refuses.
    """
    projected = tables.projected(chain)
    with transaction.atomic(), Guardless(), no_checks():
        keys = defaultdict(list)
        for (table, pk), row in projected.items():
            if row.is_whole:
                keys[table].append(pk)
        for model in proven().values():
            at = keys[model._meta.model_name]
            rows = tables.rows_of(model, chain).filter(pk__in=at)
            row = rows.order_by("pk").last()
            for name, column in columns_of(model).items() if row else ():
                assert is_found(chain, projected, row, column), (model, name)
                yield model._meta.model_name, name


def is_found(chain, projected, row, column):
    model, table = type(row), type(row)._meta.model_name
    value = another(column, getattr(row, column.attname))
    key = value if column.primary_key else row.pk
    at = table, str(row.pk)
    own = {at: projected[at]} if at in projected else {}
    try:
        with transaction.atomic():
            change(row, column, value)
            beside = tables.stands(tables.rows_of(model, chain).filter(pk=key))
            found = compared(beside, own, tables.blanks(model), is_whole=True)
            said = [(each.how, each.columns) for each in found]
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    if own:  # the row is in another chain, or under another key
        return said in ([], [(How.PUT_IN, ())])
    return said == [(How.CHANGED, (column.column,))]


def change(row, column, value):
    about = row._meta
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{about.db_table}" SET "{column.column}" = %s'  # noqa: S608
            f' WHERE "{about.pk.column}" = %s',
            [
                column.get_db_prep_save(value, connection),
                about.pk.get_db_prep_save(row.pk, connection),
            ],
        )
        assert cursor.rowcount == 1


@contextmanager
def no_checks():
    """Let SQLite take what its constraints refuse: whoever has the file may."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            yield
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
