"""Making, keeping and dropping the search index that ``index`` describes.

Everything here follows from other rows: it can be dropped and made again at any time.
"""
# ruff: noqa: S608, RUF001 - the SQL is built from names of ``index``; Greek is meant

import sqlite3
from typing import Any

from django.db import connections, transaction

from compliance.work.search.index import EVIDENCE, KEYS, MARK, MARKED, SOURCES, Source
from compliance.work.search.terms import WORD_LENGTH

WORDS = "compliance_words(text, text)"
"""The function that gives the words of a text, each behind the mark of its place."""
COST = 1000
"""The words of a row in operators of PostgreSQL: it then asks the index for them instead."""
MOST = 100_000
"""Characters of a row that PostgreSQL searches: a list of words has 1 MiB at the most."""


def keep(using: str = "default", **kwargs: Any) -> bool:
    """Make what is missing of the index, and fill it; whether something was."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not {source.table for source in SOURCES} <= tables:
            return False  # migrated back to a time before search
        if connection.vendor == "sqlite":
            return _keep_sqlite(connection, cursor)
        return _keep_postgresql(connection, cursor)


def release(using: str = "default", plan: Any = (), **kwargs: Any) -> None:
    """Take the triggers away before a migration; ``keep`` puts them back after it.

    A migration that renames or drops a column that ``index`` names changes it there, and
    on PostgreSQL calls ``drop`` first.
    """
    connection = connections[using]
    if connection.vendor == "sqlite" and plan:
        with connection.cursor() as cursor:
            for name in _named(cursor, "trigger"):
                cursor.execute(f"DROP TRIGGER {name}")


def drop(using: str = "default") -> None:
    """Take the whole index away."""
    connection = connections[using]
    release(using, plan=True)
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            for source in SOURCES:
                cursor.execute(f"DROP INDEX IF EXISTS {source.index}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {source.words}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {WORDS}")
            return
        for name in (*(source.index for source in SOURCES), KEYS):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _named(cursor: Any, kind: str) -> dict[str, str]:
    """Name to statement of what the index has of a kind."""
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = %s"
        " AND (name LIKE 'search\\_%%' ESCAPE '\\'"
        " OR name LIKE 'compliance\\_search\\_%%' ESCAPE '\\') AND sql IS NOT NULL",
        [kind],
    )
    return dict(cursor.fetchall())


def _keep_sqlite(connection: Any, cursor: Any) -> bool:
    tables, triggers = sqlite_tables(), sqlite_triggers()
    made = _named(cursor, "table")
    if _named(cursor, "trigger") == triggers and tables.items() <= made.items():
        return False
    drop(connection.alias)
    with transaction.atomic(using=connection.alias):
        for statement in (*tables.values(), *triggers.values()):
            cursor.execute(statement)
        cursor.execute(f"INSERT INTO {KEYS} (evidence_id) SELECT id FROM {EVIDENCE.table}")
        for source in SOURCES:
            cursor.execute(f"{_filled(source, 'r')} FROM {source.table} r {_not_empty(source, 'r')}")
    return True


def sqlite_tables() -> dict[str, str]:
    """Name to statement of each full-text table, and of the one with the keys."""
    lean = "content='', contentless_delete=1, "
    if sqlite3.sqlite_version_info < (3, 43):
        lean = ""  # the table then holds the texts as well
    made = {
        source.index: f"CREATE VIRTUAL TABLE {source.index} USING fts5(scope, text,"
        f" {lean}detail=column, prefix='2 3',"
        " tokenize='unicode61 remove_diacritics 2')"
        for source in SOURCES
    }
    made[KEYS] = (
        f"CREATE TABLE {KEYS} (id INTEGER PRIMARY KEY AUTOINCREMENT, evidence_id CHAR(32) NOT NULL UNIQUE)"
    )
    return made


def sqlite_triggers() -> dict[str, str]:
    """Name to statement of each trigger."""
    made = {}
    for source in SOURCES:
        table, columns = source.table, source.columns
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
        fill = f"{_filled(source, 'NEW')} {_not_empty(source, 'NEW')};"
        key = end = ""
        if source is EVIDENCE:
            key = f"INSERT OR IGNORE INTO {KEYS} (evidence_id) VALUES (NEW.id);"
            end = f"DELETE FROM {KEYS} WHERE evidence_id = OLD.id;"
        for event, body in {
            "INSERT": f"{key} {_emptied(source, 'NEW')} {fill}",
            "UPDATE": f"{_emptied(source, 'OLD')} {fill}",
            "DELETE": f"{_emptied(source, 'OLD')} {end}",
        }.items():
            name = f"search_{source.name}_{event.lower()}"
            of, when = "", ""
            if event == "UPDATE":
                of, when = f" OF {', '.join(columns)}", f" WHEN {changed}"
            made[name] = (
                f"CREATE TRIGGER {name} AFTER {event}{of} ON {table} FOR EACH ROW{when} BEGIN {body} END"
            )
    return made


def _emptied(source: Source, row: str) -> str:
    return f"DELETE FROM {source.index} WHERE rowid = {source.rowid.format(row)};"


def _filled(source: Source, row: str) -> str:
    return (
        f"INSERT INTO {source.index} (rowid, scope, text)"
        f" SELECT {source.rowid.format(row)}, {source.scope.format(row)},"
        f" {source.text.format(row)}"
    )


def _not_empty(source: Source, row: str) -> str:
    return f"WHERE trim({source.text.format(row)}) <> ''"


def _keep_postgresql(connection: Any, cursor: Any) -> bool:
    cursor.execute(
        "SELECT count(to_regclass(i)) + count(to_regprocedure(f))"
        " FROM unnest(%s::text[], %s::text[]) AS wanted (i, f)",
        [[*(one.index for one in SOURCES), None], [*map(_signature, SOURCES), WORDS]],
    )
    if cursor.fetchone()[0] == 2 * len(SOURCES) + 1:
        return False
    drop(connection.alias)
    cursor.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")
    for statement in postgresql(has_icu=cursor.fetchone() is not None):
        cursor.execute(statement)
    for source in SOURCES:  # else it knows of no word how rare it is
        cursor.execute(f"ANALYZE {source.table}")
    return True


def _types(source: Source) -> list[str]:
    place = {"": [], "edition_id": ["bigint"]}.get(source.place, ["uuid"])
    texts = ["jsonb" if name == "value" else "text" for name in source.columns]
    return texts + place


def _signature(source: Source) -> str:
    """The function that gives the words of a row, with the types of its columns."""
    return f"{source.words}({', '.join(_types(source))})"


_NUMERALS = "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2079\u2080-\u2089\u2150-\u2189\u2460-\u249b"
"""Numbers that are no digits: parts of words all the same."""


def postgresql(*, has_icu: bool) -> list[str]:
    """The functions that give the words of a text and of a row, and their indexes.

    The words are cut here, because the parser of PostgreSQL takes "policy.pdf" for a
    host. Without ICU its own lower() stands in.
    """
    collate = 'COLLATE "und-x-icu"' if has_icu else ""
    marks = "[\u0300-\u036f]"
    statements = [
        f"""
        CREATE OR REPLACE FUNCTION compliance_words(given text, mark text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE PARALLEL SAFE COST {COST} AS $$
          SELECT array_to_tsvector(ARRAY(
            SELECT DISTINCT mark || left(word, {WORD_LENGTH})
            FROM regexp_split_to_table(left(replace(replace(normalize(lower(
              regexp_replace(normalize(given, NFD), '{marks}', '', 'g') {collate}
            ), NFC), 'ς', 'σ'), 'ß', 'ss'), {MOST}) {collate},
              '[^[:alnum:]{_NUMERALS}]+') word
            WHERE word <> ''
          ))
        $$
        """
    ]
    for source in SOURCES:
        texts = [
            f"coalesce(${place}{' #>> ' + repr('{}') if kind == 'jsonb' else ''}, '')"
            for place, kind in enumerate(_types(source)[: len(source.columns)], 1)
        ]
        columns, mark = [*source.columns], "''"
        if source.place:
            columns.append(source.place)
            key = f"left(replace(${len(columns)}::text, '-', ''), {MARKED})"
            mark = f"'{source.place[0]}' || {key} || '{MARK}'"
        statements += [
            f"CREATE OR REPLACE FUNCTION {_signature(source)}"
            f" RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE COST {COST} AS $$"
            f" SELECT compliance_words({" || ' ' || ".join(texts)}, {mark}) $$",
            f"CREATE INDEX IF NOT EXISTS {source.index} ON {source.table}"
            f" USING gin ({source.words}({', '.join(columns)}))",
        ]
    return statements
