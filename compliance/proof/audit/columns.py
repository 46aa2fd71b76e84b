"""Columns that the trail proves: each model declares its own, in ``in_trail``.

    in_trail = Proven("assessment__organisation_id")

A model without ``in_trail``, and a column that is neither proven nor excused with a
reason, fail the suite. The value of a column is compared as JSON: see ``plain``.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from compliance.proof.audit.leaves import ERASED


@dataclass(frozen=True)
class Proven:
    """Every column is in the events of a chain, but for those excused.

    ``chain`` leads from a row to the organisation whose chain that is; where it leads to
    nothing, and where it is "", the chain is that of the library, or of people.
    """

    chain: str
    excused: Mapping[str, str] = field(default_factory=dict)
    """Column to the reason why no event has it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Column to how people call it, where it is not by the column's own name."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Column of which events have the SHA-256, to how a value begins that opens nothing:
    one such is not compared, since a backup and an erasing put it in."""
    is_of_people: bool = False


@dataclass(frozen=True)
class Unproven:
    """No event has rows of the model; ``why`` says so to an auditor."""

    why: str


@dataclass(frozen=True)
class Compared(Unproven):
    """Still, a row that was changed, deleted or put in is found: ``why`` says by what."""


@dataclass(frozen=True)
class Derived(Unproven):
    """The rows follow from proven ones: ``by`` names the function that works them out."""

    by: str


ELSEWHERE: Mapping[str, Proven | Unproven] = {
    "auth.Permission": Unproven("made by Django's migrations; no account can have any"),
    "auth.Group": Unproven("empty; no account can be in one"),
    "auth.Group_permissions": Unproven("empty; no account can be in a group"),
    "contenttypes.ContentType": Unproven(
        "the names of tables, made by Django's migrations; they give no right"
    ),
    "sessions.Session": Unproven(
        "who is signed in now, under a signature of the installation's key; whoever"
        " signs proves again who they are"
    ),
    "usersessions.UserSession": Unproven("from where and when a session was last used; it gives no right"),
    "account.EmailAddress": Proven("", is_of_people=True),
    "mfa.Authenticator": Proven(
        "",
        is_of_people=True,
        excused={"last_used_at": "each use of a factor sets it; it gives no right"},
        hidden={"data": "{}"},
    ),
    "account.EmailConfirmation": Unproven("empty; the link in a mail proves itself"),
    "django_tasks_database.DBTaskResult": Unproven(
        "jobs and mails that wait; what a job changes is in its own events"
    ),
    "compliance.Lease": Unproven("which worker lives, until when; it gives no right"),
}
"""Models of libraries, and of the room below."""


def proof_of(model: type[models.Model]) -> Proven | Unproven | None:
    """The declaration of a model; None for one without."""
    own: Proven | Unproven | None = getattr(model, "in_trail", None)
    return own or ELSEWHERE.get(model._meta.label)


@cache
def proven() -> Mapping[str, type[models.Model]]:
    """Table to model, of every model whose rows are in the trail."""
    return {model._meta.db_table: model for model in apps.get_models() if isinstance(proof_of(model), Proven)}


def hidden_in(model: type[models.Model]) -> Mapping[str, str]:
    """Columns whose values events hold as SHA-256 only: see ``Proven.hidden``."""
    proof = proof_of(model)
    return proof.hidden if isinstance(proof, Proven) else {}


@cache
def columns_of(model: type[models.Model]) -> Mapping[str, models.Field[Any, Any]]:
    """Column to field, of the columns that the trail proves."""
    proof = proof_of(model)
    excused = proof.excused if isinstance(proof, Proven) else {}
    return {str(one.column): one for one in model._meta.concrete_fields if one.column not in excused}


def label_of(model: type[models.Model], column: str) -> str:
    """How people call a column."""
    proof = proof_of(model)
    labels = proof.labels if isinstance(proof, Proven) else {}
    return labels.get(column) or str(columns_of(model)[column].verbose_name)


@cache
def is_text(column: models.Field[Any, Any]) -> bool:
    """Whether a person may have written what it holds, so that it may be erased."""
    kinds = models.CharField | models.TextField | models.JSONField
    is_word = bool(column.choices) or isinstance(column, models.SlugField)
    name = str(column.column)
    is_mark = name in _MARKS or name.endswith(("_hash", "sha256", "_key"))
    return isinstance(column, kinds) and not is_word and not is_mark


_MARKS = {
    "password", "problem", "key", "number", "code", "cite", "language", "media_type", "method", "how",
    "credential_id", "official_id", "facts", "sealed_with",
    "scopes", "topics",
}  # fmt: skip


@cache
def blank(column: models.Field[Any, Any]) -> Any:
    """The value that events of new rows leave out; ``...`` where they always have it."""
    if column.null:
        return None
    if isinstance(column, models.BooleanField):
        return False
    if isinstance(column, models.CharField | models.TextField):
        return ""
    return ...


def plain(value: Any) -> Any:
    """A value as JSON has it: days and moments as ISO text (UTC), bytes as SHA-256."""
    kind = type(value)
    if kind not in _WRITERS:
        ways = _WRITTEN.items()
        found = (written for one, written in ways if issubclass(kind, one))
        _WRITERS[kind] = next(found, None)
    writer = _WRITERS[kind]
    return writer(value) if writer else value


_WRITERS: dict[type, Callable[[Any], Any] | None] = {}
"""Kinds that were met, and how each is written; None for those that JSON has."""
_WRITTEN: Mapping[type, Callable[[Any], Any]] = {
    str: str,
    datetime: lambda at: at.astimezone(UTC).isoformat(timespec="microseconds"),
    date: date.isoformat,
    UUID: str,
    Decimal: lambda amount: format(amount.normalize(), "f"),
    bytes: lambda data: hashlib.sha256(data).hexdigest(),
    memoryview: lambda data: hashlib.sha256(data).hexdigest(),
    list: lambda items: json.loads(json.dumps(items, default=str)),
    dict: lambda items: json.loads(json.dumps(items, default=str)),
}
"""In order: a moment is a day, too."""


@cache
def writers_of(model: type[models.Model]) -> Mapping[str, Callable[[Any], Any]]:
    """Column to how its values get into events."""
    hidden = hidden_in(model)
    return {name: _mark if name in hidden else plain for name in columns_of(model)}


def _mark(value: Any) -> str:
    text = _text(value)
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _text(value: Any) -> str:
    """A hidden value as text; JSON in one order of its keys, whatever the database has."""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def readers_of(model: type[models.Model]) -> list[Callable[[Any], Any]]:
    """How each column in order is to be compared with events."""
    hidden = hidden_in(model)
    return [partial(_shut, hidden[name]) if name in hidden else plain for name in columns_of(model)]


def _shut(opens_nothing: str, value: Any) -> str:
    return ERASED if _text(value).startswith(opens_nothing) else _mark(value)


def values_of(row: models.Model) -> Iterator[tuple[str, Any]]:
    """Column and value of a row that was just made, but for blanks."""
    model = type(row)
    writers = writers_of(model)
    for name, column in columns_of(model).items():
        value = column.to_python(getattr(row, column.attname))
        if value != blank(column):
            yield name, writers[name](value)


def row_of[M: models.Model](model: type[M], pk: str, values: Mapping[str, Any]) -> M:
    """The unsaved row with some values as ``plain`` writes them; the others are blank.

    Columns that no event has stay unread until someone asks for them.
    """
    found = {**values, str(model._meta.pk.column): pk}
    return model(*(read(found[name]) if name in found else empty for name, read, empty in _reading(model)))


@cache
def _reading(
    model: type[models.Model],
) -> list[tuple[str, Callable[[Any], Any], Any]]:
    """Of each column in order: its name, how it reads JSON, and what it is when blank."""
    known, found = columns_of(model), list[tuple[str, Callable[[Any], Any], Any]]()
    for one in model._meta.concrete_fields:
        empty = blank(one) if one.column in known else ...
        empty = models.DEFERRED if empty is ... else empty
        found.append((str(one.column), one.to_python, empty))
    return found


JOB: Mapping[str, str] = {
    "step": "the words beside the bar while its job runs, empty before and after",
    "done_percent": "the length of the bar while its job runs",
}
"""Columns of a row that a job in the background moves on."""
