"""Changing one column of one row, as somebody with the database's tools would."""

import datetime
import uuid
from decimal import Decimal

from django.db import models

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
