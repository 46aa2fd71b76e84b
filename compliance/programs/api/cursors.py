"""Lists in pages: each says where the next one begins, whatever was added meanwhile."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from pydantic import BaseModel, Field

from compliance.programs.api.problems import ProblemError
from compliance.proof.audit.columns import plain

MOST = 200
Limit = Annotated[int, Field(ge=1, le=MOST, description="Items of one page.")]
Cursor = Annotated[
    str,
    Field(max_length=400, description="The `next` of the page before; empty at first."),
]


class Page[T](BaseModel):
    """A stretch of a list. ``next`` is the cursor of the one behind it, null at the end."""

    items: list[T]
    next: str | None


def sliced[M: Model](
    rows: QuerySet[M], order: Sequence[str], cursor: str, limit: int
) -> tuple[list[M], str | None]:
    """Rows of one page and the cursor of the next.

    ``order`` names columns that together are unique, "-" before a falling one. Raises
    ``ProblemError`` for a cursor that is none of this list.
    """
    names = [name.lstrip("-") for name in order]
    rows = rows.order_by(*order)
    if cursor:
        rows = rows.filter(_behind(rows.model, order, _read(cursor, order)))
    found = list(rows[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    values = [plain(_value(last, name)) for name in names]
    return found[:limit], _written(values, order)


def _written(values: list[Any], order: Sequence[str]) -> str:
    text = json.dumps([",".join(order), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, order: Sequence[str]) -> list[Any]:
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        names, *values = json.loads(data)
    except (ValueError, TypeError, RecursionError):
        names, values = "", []
    if names != ",".join(order) or len(values) != len(order):
        raise _no_cursor()
    return list(values)


def _no_cursor() -> ProblemError:
    faults = [{"at": "query.cursor", "says": "This is not a cursor of this list."}]
    return ProblemError(422, "Send the `next` of the page before.", faults=faults)


def _behind(model: type[Model], order: Sequence[str], values: list[Any]) -> Q:
    """The rows that come after those values in that order."""
    found, same = Q(pk__in=[]), Q()
    for name, value in zip(order, values, strict=True):
        column = name.lstrip("-")
        try:
            typed = _field(model, column).to_python(value)
            if isinstance(typed, datetime) and typed.tzinfo:
                typed = typed.astimezone(UTC)  # the ends of the calendar have none
        except (ValidationError, TypeError, ValueError, OverflowError) as error:
            raise _no_cursor() from error
        if typed is None or (isinstance(typed, str) and "\x00" in typed):
            raise _no_cursor()
        if isinstance(typed, datetime) and typed.tzinfo is None:
            raise _no_cursor()
        beyond = "lt" if name.startswith("-") else "gt"
        found |= same & Q(**{f"{column}__{beyond}": typed})
        same &= Q(**{column: typed})
    return found


def _field(model: Any, path: str) -> Any:
    *steps, name = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _value(row: Any, path: str) -> Any:
    for step in path.split("__"):
        row = getattr(row, step)
    return row
