"""Guards of the database are disabled while a whole installation is restored.

Signed answers, published editions and events of the trail are written as they stood:
what guards them is for everybody who would change them later. All of it happens in the
caller's transaction, so nobody else ever sees a table without its guard.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from compliance.work.search import indexing


@contextmanager
def aside() -> Iterator[None]:
    """No trigger fires inside; afterwards they stand as before, and search is filled.

    References between rows are checked before that. Raises ``IntegrityError``.
    """
    indexing.drop()
    with connection.cursor() as cursor:
        back = (_drop_sqlite if connection.vendor == "sqlite" else _disable_postgresql)(cursor)
        yield
        connection.check_constraints()
        for statement in back:
            cursor.execute(statement)
    indexing.keep()


def _drop_sqlite(cursor: Any) -> list[str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
    return [statement for _, statement in triggers]


def _disable_postgresql(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
    )
    tables = [connection.ops.quote_name(name) for (name,) in cursor.fetchall()]
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
