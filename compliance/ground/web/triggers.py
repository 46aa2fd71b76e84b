"""Triggers: rules that the database enforces, whichever program writes to it.

Rooms declare theirs beside the models (``guards.py``). After each ``migrate`` the database
has exactly those, and no migration names one. SQLite drops the triggers of a table that
a migration makes anew, and stumbles over those that name it: so there they step aside
before a migration. On PostgreSQL they stand while it runs; one that has to change frozen
rows calls ``release``.
"""
# ruff: noqa: S608 - the SQL is built from names of models

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import connections, models, transaction

ALWAYS = "1 = 1"
_SAME = "<=>"
_PREFIX = "guard_"
_NAMED = 5
"""Triggers that a sentence names."""
_BITS = {"BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16}


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger of a table: moment, statements of SQLite by name, body in PL/pgSQL."""

    table: str
    moment: str
    sqlite: dict[str, str]
    postgresql: str


_declared: dict[str, Trigger] = {}


def same(model: type[models.Model], *names: str, but: Iterable[str] = ()) -> str:
    """The condition that an update leaves some fields, or all but some, as they were."""
    return " AND ".join(
        f'NEW."{field.column}" {_SAME} OLD."{field.column}"'
        for field in model._meta.concrete_fields
        if (field.name in names if names else field.name not in but)
    )


def guard(
    model: type[models.Model],
    *,
    said: str,
    insert: str = "",
    update: str = "",
    delete: str = ALWAYS,
) -> None:
    """Let a table refuse writes, saying ``said``, on conditions over ``NEW`` and ``OLD``.

    "" never refuses. An insert on SQLite may replace a row, which no trigger of a
    deletion sees: so a row that refuses to be deleted refuses that as well.
    """
    table, name = model._meta.db_table, f"{_PREFIX}{model._meta.model_name}"
    asked = {"INSERT": insert, "UPDATE": update, "DELETE": delete}
    first = filter(None, (insert, delete and _replaced(model, delete)))
    on_sqlite = asked | {"INSERT": " OR ".join(first)}
    checks = "".join(
        f"  IF TG_OP = '{event}' THEN\n"
        f"    IF {_null_safe(condition, 'IS NOT DISTINCT FROM')} THEN\n"
        f"      RAISE EXCEPTION '{said}';\n    END IF;\n  END IF;\n"
        for event, condition in asked.items()
        if condition
    )
    _declared[name] = Trigger(
        table,
        f"BEFORE {' OR '.join(event for event in asked if asked[event])}",
        {
            f"{name}_{event.lower()}": (
                f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table}"
                f" FOR EACH ROW WHEN {_null_safe(condition, 'IS')}"
                f" BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
            for event, condition in on_sqlite.items()
            if condition
        },
        f"{checks}  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;",
    )


def after_insert(model: type[models.Model], name: str, statement: str) -> None:
    """Let a table run a statement over ``NEW`` with each row that it takes."""
    table, name = model._meta.db_table, f"{_PREFIX}{name}"
    _declared[name] = Trigger(
        table,
        "AFTER INSERT",
        {name: f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW BEGIN {statement}; END"},
        f"  {statement};\n  RETURN NULL;",
    )


def _replaced(model: type[models.Model], delete: str) -> str:
    """Whether an insert meets the key of a row "r" that refuses to be deleted."""
    meta = model._meta
    keys = [[field.column] for field in meta.concrete_fields if field.unique]
    keys += [
        [meta.get_field(name).column for name in one.fields]  # type: ignore[union-attr]
        for one in meta.total_unique_constraints
    ]
    met = " OR ".join(f"({' AND '.join(f'r."{name}" = NEW."{name}"' for name in key)})" for key in keys)
    kept = delete.replace("OLD.", "r.")
    return f"EXISTS (SELECT 1 FROM {meta.db_table} r WHERE ({met}) AND ({kept}))"


def _null_safe(condition: str, word: str) -> str:
    return condition.replace(_SAME, word)


def keep(using: str = "default", **kwargs: Any) -> bool:
    """Give the database the triggers that are declared; whether one changed.

    Those of tables that are not there are left out: migrated back to a time before.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        wanted = _wanted(connection, cursor)
        with transaction.atomic(using=using):
            if connection.vendor == "sqlite":
                return _keep_sqlite(cursor, wanted)
            return _keep_postgresql(cursor, wanted)


def unlike(using: str = "default") -> list[str]:
    """Names of triggers that are gone, switched off or not as declared, in order."""
    connection = connections[using]
    with connection.cursor() as cursor:
        wanted = _wanted(connection, cursor)
        made: dict[str, Any]
        declared: dict[str, Any]
        if connection.vendor == "sqlite":
            made, declared = _made_in_sqlite(cursor), _statements(wanted)
        else:
            made = _made_in_postgresql(cursor)
            declared = _definitions(wanted, _path(cursor))
    names = made.keys() | declared.keys()
    return sorted(name for name in names if made.get(name) != declared.get(name))


def check_triggers(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whether the database refuses what it should (``check --database default``).

    A warning, since an error would stop ``migrate``, which puts them back.
    """
    return [
        Warning(in_words(names), id="attest.W006") for alias in databases or () if (names := unlike(alias))
    ]


def in_words(names: Sequence[str]) -> str:
    """The sentence about triggers that are not as declared, and what to do."""
    first = ", ".join(names[:_NAMED]) + (", …" if names[_NAMED:] else "")
    return (
        f"{len(names)} triggers of the database are missing or not as declared: {first}."
        " Until they are back it refuses no change that they forbid. Run manage.py"
        " migrate, then manage.py verify_trail."
    )


def _wanted(connection: Any, cursor: Any) -> dict[str, Trigger]:
    tables = set(connection.introspection.table_names(cursor))
    return {name: one for name, one in _declared.items() if one.table in tables}


def release(using: str = "default") -> None:
    """Take all of them away; ``keep`` puts them back after the migration."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _keep_sqlite(cursor, {})
        else:
            _keep_postgresql(cursor, {})


def step_aside(using: str = "default", plan: Any = (), **kwargs: Any) -> None:
    """Release them on SQLite before a migration, where there is one."""
    if plan and connections[using].vendor == "sqlite":
        release(using)


def _statements(wanted: dict[str, Trigger]) -> dict[str, str]:
    return {name: sql for one in wanted.values() for name, sql in one.sqlite.items()}


def _made_in_sqlite(cursor: Any) -> dict[str, str]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        f" AND name LIKE '{_PREFIX[:-1]}\\_%' ESCAPE '\\'"
    )
    return dict(cursor.fetchall())


def _keep_sqlite(cursor: Any, wanted: dict[str, Trigger]) -> bool:
    made, statements = _made_in_sqlite(cursor), _statements(wanted)
    for name, sql in made.items():
        if statements.get(name) != sql:
            cursor.execute(f"DROP TRIGGER {name}")
    for name, sql in statements.items():
        if made.get(name) != sql:
            cursor.execute(sql)
    return made != statements


def _path(cursor: Any) -> str:
    cursor.execute("SELECT quote_ident(current_schema())")
    [path] = cursor.fetchone()
    return f"{path}, pg_temp"


def _made_in_postgresql(cursor: Any) -> dict[str, tuple[Any, ...]]:
    """By name: table, body, options, then when it fires and whether it is on."""
    cursor.execute(
        "SELECT t.tgname, c.relname, p.prosrc, p.proconfig, t.tgtype, t.tgenabled = 'O'"
        " AND t.tgqual IS NULL AND t.tgattr::text = '' FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
        f" AND t.tgname LIKE '{_PREFIX[:-1]}\\_%'"
    )
    return {name: tuple(rest) for name, *rest in cursor.fetchall()}


def _definitions(wanted: dict[str, Trigger], path: str) -> dict[str, tuple[Any, ...]]:
    options = [f"search_path={path}"]
    return {name: (one.table, _source(one), options, _bits(one), True) for name, one in wanted.items()}


def _bits(one: Trigger) -> int:
    """The moment as ``pg_trigger.tgtype`` has it: 1 is FOR EACH ROW."""
    return 1 + sum(bit for word, bit in _BITS.items() if word in one.moment.split())


def _keep_postgresql(cursor: Any, wanted: dict[str, Trigger]) -> bool:
    """A body is replaced without a lock on its table; only a new trigger takes one.

    The functions find tables in our schema first: whoever is connected may have a
    temporary one of the same name, which would come before it.
    """
    path = _path(cursor)
    made, definitions = _made_in_postgresql(cursor), _definitions(wanted, path)
    for name, (table, *_) in made.items():
        if name not in definitions:
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
            cursor.execute(f"DROP FUNCTION compliance_{name}()")
    for name, (table, body, _, *fires) in definitions.items():
        if made.get(name) == definitions[name]:
            continue
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION compliance_{name}() RETURNS trigger"
            f" LANGUAGE plpgsql SET search_path = {path} AS $${body}$$"
        )
        if made.get(name, ())[3:] != tuple(fires):
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {name} {wanted[name].moment} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION compliance_{name}()"
            )
        if not made.get(name, definitions[name])[-1]:  # it may be switched off
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
    return made != definitions


def _source(one: Trigger) -> str:
    """The body of a function; its first line says when its trigger fires."""
    return f"-- {one.moment}\nBEGIN\n{one.postgresql}\nEND"
