"""Tables and rows of a backup, and the links among them that no longer open."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Model, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from compliance.assurance.seats.models import ShareLink
from compliance.ground.web.mail import send
from compliance.identity.accounts.tasks import send_reset
from compliance.identity.organisations.models import OVER, Invitation
from compliance.identity.tokens.models import Token
from compliance.identity.webhooks.models import Webhook
from compliance.operations.backups.rows import selected
from compliance.proof.audit.columns import Derived, proof_of
from compliance.reporting.calendar.models import Feed

LEFT_OUT = {
    "account.EmailConfirmation",
    "compliance.Call",
    "compliance.Challenge",
    "compliance.Delivery",
    "compliance.Lease",
    "compliance.Presence",
    "compliance.Upload",
    "sessions.Session",
    "usersessions.UserSession",
}
"""Sessions, links and questions that wait for an answer, replies to be repeated for a day,
messages to webhooks, unfinished uploads, which workers live, and who looks at what now."""


_OPENING: Mapping[type[Model], str] = {
    **dict.fromkeys((Feed, Invitation, ShareLink, Token), "token_hash"),
    Webhook: "secret_hash",
}
"""Models whose rows open something or receive something, with the column that a backup lacks."""


def every() -> list[type[Model]]:
    """Each model with a table of its own, by its label."""
    found = apps.get_models(include_auto_created=True)
    own = [one for one in found if one._meta.managed and not one._meta.proxy]
    return sorted(own, key=lambda model: model._meta.db_table)


def kept() -> list[type[Model]]:
    """Those whose rows a backup has; rows that follow from others are worked out again."""
    return [
        model
        for model in every()
        if model._meta.label not in LEFT_OUT and not isinstance(proof_of(model), Derived)
    ]


def values(model: type[Model], moment: datetime) -> Iterator[tuple[Any, ...]]:
    """The rows of a table at a moment, a stretch at a time, in the order of their keys.

    Tokens, webhooks, and links of invitations, shares and calendars, lose their hash, so that
    pages say that they are over. Of the queue, work that is not done is kept, but no
    mail: it would go out twice, and what it leads to is over.
    """
    rows = model._base_manager.order_by("pk")
    if model is DBTaskResult:
        rows = _waiting(rows)
    found = rows.values_list(*selected(model, _instead(model, moment)))
    yield from found.iterator(chunk_size=2000)


def _waiting(rows: QuerySet[Any]) -> QuerySet[Any]:
    waiting = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
    return rows.filter(status__in=waiting).exclude(task_path__in=[send.module_path, send_reset.module_path])


def _instead(model: type[Model], moment: datetime) -> dict[str, Combinable]:
    if model not in _OPENING:
        return {}
    return {_OPENING[model]: Concat(Value(OVER), Cast("pk", CharField()))}


def last_id(model: type[Model]) -> int:
    """The highest number a table ever gave out: those of deleted rows count, too."""
    if model._meta.auto_field is None:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = %s",
                [model._meta.db_table],
            )
        else:
            sequence = _sequence(cursor, model)
            cursor.execute(
                f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"  # noqa: S608 - a name from the database
            )
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def go_on_after(model: type[Model], number: int) -> None:
    """Let a table give out the numbers after one that it gave out elsewhere."""
    if model._meta.auto_field is None:
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, number])
        else:
            is_given, least = number > 0, max(number, 1)
            sequence = _sequence(cursor, model)
            cursor.execute("SELECT setval(%s, %s, %s)", [sequence, least, is_given])


def _sequence(cursor: Any, model: type[Model]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, model._meta.pk.column])
    return str(cursor.fetchone()[0])
