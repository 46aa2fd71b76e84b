"""Triggers that refuse changes once an assessment is signed, in one place.

SQLite drops the triggers of a table that a migration makes anew, and stumbles over
those that name it. So they step aside before a migration and are made again after it
(``apps``), from what is written here: a migration need not think of them. One that
has to change rows of signed assessments on PostgreSQL calls ``release`` itself.
"""
# ruff: noqa: S608 - the SQL is built from names that stand here

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

SAID = "a signed assessment is never changed"
KEPT = "what was signed or reviewed is never changed"
_PREFIX = "signed_"
_SIGNED = "SELECT 1 FROM compliance_assessment a WHERE a.status = 'signed'"
_OF_ANSWER = (
    "SELECT 1 FROM compliance_answer w JOIN compliance_assessment a"
    " ON a.id = w.assessment_id WHERE a.status = 'signed' AND w.id = {}.answer_id"
)
_USED = (
    "EXISTS (SELECT 1 FROM compliance_attachment t"
    " JOIN compliance_answer w ON w.id = t.answer_id"
    " JOIN compliance_assessment a ON a.id = w.assessment_id"
    " WHERE a.status = 'signed' AND t.evidence_id = OLD.id)"
)
_FILE = ("id", "organisation_id", "sha256", "size_bytes", "file_name", "url")
_APPROVED = (
    "EXISTS (SELECT 1 FROM compliance_reopening o WHERE o.assessment_id = OLD.id"
    " AND o.revision = OLD.revision AND o.decision = 'approved')"
)
_HAS_SIGNOFF = (
    "EXISTS (SELECT 1 FROM compliance_signoff s WHERE s.assessment_id = OLD.id"
    " AND s.revision = OLD.revision)"
)
_IN_REVIEW = (
    "EXISTS (SELECT 1 FROM compliance_assessment a WHERE a.id = NEW.assessment_id"
    " AND a.status = 'review' AND a.revision = NEW.revision)"
)


@dataclass(frozen=True, slots=True)
class Guard:
    """When a table refuses each kind of write, as conditions of SQL; "" is never."""

    insert: str
    update: str
    delete: str
    said: str = SAID


def guards(same: Mapping[str, str]) -> dict[str, Guard]:
    """Table to what it refuses; ``same`` has the condition that a row stays as it was.

    An insert on SQLite may replace a row, which no trigger of a deletion sees: so a
    key that is there already is refused as well.
    """
    found = {}
    for table in ("answer", "upgrade"):
        old, new = (
            f"EXISTS ({_SIGNED} AND a.id = {row}.assessment_id)"
            for row in ("OLD", "NEW")
        )
        taken = (
            f"EXISTS (SELECT 1 FROM compliance_{table} r JOIN compliance_assessment a"
            " ON a.id = r.assessment_id WHERE a.status = 'signed' AND r.id = NEW.id)"
        )
        found[table] = Guard(f"{new} OR {taken}", f"{old} OR {new}", old)
    for table in ("attachment", "comment", "actionlink"):
        old, new = (f"EXISTS ({_OF_ANSWER.format(row)})" for row in ("OLD", "NEW"))
        taken = (
            f"EXISTS (SELECT 1 FROM compliance_{table} r JOIN compliance_answer w"
            " ON w.id = r.answer_id JOIN compliance_assessment a"
            " ON a.id = w.assessment_id WHERE a.status = 'signed' AND r.id = NEW.id)"
        )
        found[table] = Guard(f"{new} OR {taken}", f"{old} OR {new}", old)
    found["evidence"] = Guard("", f"NOT ({same['evidence']}) AND {_USED}", _USED)
    found["assessment"] = _assessment(same["assessment"])
    for table, key in (("snapshot", "content_hash"), ("check", "id")):
        found[table] = Guard(_taken(table, key), "1 = 1", "1 = 1", KEPT)
    found["signoff"] = Guard(
        f"NOT {_IN_REVIEW} OR {_taken('signoff')} OR EXISTS (SELECT 1"
        " FROM compliance_signoff r WHERE r.assessment_id = NEW.assessment_id"
        " AND r.revision = NEW.revision)",
        "1 = 1",
        "1 = 1",
        KEPT,
    )
    for table, over in (("review", "ended"), ("reopening", "decision")):
        found[table] = Guard(_taken(table), f"OLD.{over} <> ''", "1 = 1", KEPT)
    return found


def _taken(table: str, key: str = "id") -> str:
    return f"EXISTS (SELECT 1 FROM compliance_{table} r WHERE r.{key} = NEW.{key})"


def _assessment(same: str) -> Guard:
    """Signed only from review with a sign-off; opened only as the next revision."""
    opened = (
        f"NEW.status = 'running' AND NEW.revision = OLD.revision + 1 AND {same}"
        f" AND {_APPROVED}"
    )
    signed = f"OLD.status = 'review' AND {_HAS_SIGNOFF}"
    return Guard(
        "NEW.status = 'signed' OR EXISTS (SELECT 1 FROM compliance_assessment r"
        " WHERE r.id = NEW.id AND r.status = 'signed')",
        f"(OLD.status = 'signed' AND NOT ({opened}))"
        " OR (OLD.status <> 'signed' AND NEW.revision <> OLD.revision)"
        f" OR (OLD.status <> 'signed' AND NEW.status = 'signed' AND NOT ({signed}))",
        "OLD.status = 'signed'",
    )


def keep(using: str = "default", **kwargs: Any) -> bool:
    """Make the triggers as they are written here; whether one was made or changed."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if "compliance_signoff" not in tables:
            return False  # migrated back to a time before signatures
        if connection.vendor == "sqlite":
            return _keep_sqlite(connection, cursor)
        return _keep_postgresql(connection, cursor)


def release(using: str = "default", plan: Any = (), **kwargs: Any) -> None:
    """Take the triggers away on SQLite before a migration; ``keep`` puts them back."""
    connection = connections[using]
    if connection.vendor == "sqlite" and plan:
        with connection.cursor() as cursor:
            for name in _named(cursor):
                cursor.execute(f"DROP TRIGGER {name}")


def drop(using: str = "default") -> None:
    """Take the triggers away, on either database."""
    connection = connections[using]
    release(using, plan=True)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in guards({"evidence": "", "assessment": ""}):
                cursor.execute(
                    f"DROP TRIGGER IF EXISTS {_PREFIX}{table} ON compliance_{table}"
                )


def _named(cursor: Any) -> dict[str, str]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        " AND name LIKE 'signed\\_%%' ESCAPE '\\'"
    )
    return dict(cursor.fetchall())


def _keep_sqlite(connection: Any, cursor: Any) -> bool:
    columns = {
        column.name
        for column in connection.introspection.get_table_description(
            cursor, "compliance_assessment"
        )
    }
    made = sqlite_triggers(columns)
    if _named(cursor) == made:
        return False
    release(connection.alias, plan=True)
    with transaction.atomic(using=connection.alias):
        for statement in made.values():
            cursor.execute(statement)
    return True


def sqlite_triggers(columns: Iterable[str]) -> dict[str, str]:
    """Name to statement of each trigger; ``columns`` are those of an assessment."""
    kept = sorted(set(columns) - {"status", "revision"})
    same = {
        "evidence": " AND ".join(f"NEW.{name} IS OLD.{name}" for name in _FILE),
        "assessment": " AND ".join(f"NEW.{name} IS OLD.{name}" for name in kept),
    }
    return {
        f"{_PREFIX}{table}_{event}": (
            f"CREATE TRIGGER {_PREFIX}{table}_{event} BEFORE {event.upper()}"
            f" ON compliance_{table} FOR EACH ROW WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{guard.said}'); END"
        )
        for table, guard in guards(same).items()
        for event, condition in _events(guard)
        if condition
    }


def _events(guard: Guard) -> list[tuple[str, str]]:
    return [
        ("insert", guard.insert),
        ("update", guard.update),
        ("delete", guard.delete),
    ]


def _keep_postgresql(connection: Any, cursor: Any) -> bool:
    """Functions are replaced without a lock on their tables, triggers made once."""
    cursor.execute(
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'signed%%'"
    )
    made = {name for (name,) in cursor.fetchall()}
    is_new = False
    with transaction.atomic(using=connection.alias):
        for table, guard in guards(_SAME_POSTGRESQL).items():
            cursor.execute(_function(table, guard))
            if f"{_PREFIX}{table}" not in made:
                cursor.execute(
                    f"CREATE TRIGGER {_PREFIX}{table} BEFORE INSERT OR UPDATE OR DELETE"
                    f" ON compliance_{table} FOR EACH ROW"
                    f" EXECUTE FUNCTION compliance_{_PREFIX}{table}()"
                )
                is_new = True
    return is_new


_SAME_POSTGRESQL = {
    "evidence": f"({', '.join(f'NEW.{name}' for name in _FILE)}) IS NOT DISTINCT FROM"
    f" ({', '.join(f'OLD.{name}' for name in _FILE)})",
    "assessment": "to_jsonb(NEW) - 'status' - 'revision'"
    " = to_jsonb(OLD) - 'status' - 'revision'",
}


def _function(table: str, guard: Guard) -> str:
    refuse = f"RAISE EXCEPTION '{guard.said}';"
    parts = "".join(
        f"IF TG_OP = '{event.upper()}' THEN IF {condition} THEN {refuse} END IF;"
        " END IF;\n"
        for event, condition in _events(guard)
        if condition
    )
    return f"""
    CREATE OR REPLACE FUNCTION compliance_{_PREFIX}{table}() RETURNS trigger AS $$
    BEGIN
      {parts}
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      RETURN NEW;
    END
    $$ LANGUAGE plpgsql
    """
