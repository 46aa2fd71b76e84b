"""Databases beside the one that ``DATABASE_URL`` names, where the suite runs on PostgreSQL."""

import os
import uuid
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import errors

from tests.made import KEPT, TABLES, state_of, turn

GIVEN = os.environ.get("DATABASE_URL", "")
IS_SERVER = GIVEN.startswith("postgres")


def url_of(name):
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(GIVEN)._replace(path=f"/{name}"))


def on_server(statement, *values):
    """Run a statement that no transaction may hold; its rows, if it returns any."""
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def create(template="template1"):
    """The name of a new database, a copy of another one."""
    name = f"attest_{uuid.uuid4().hex}"
    on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def drop(name):
    on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def database(template="template1"):
    """The same, gone after the block."""
    name = create(template)
    try:
        yield name
    finally:
        drop(name)


def migrated(migrate):
    """The name of a database with all tables and no rows, to be copied.

    ``migrate(url)`` fills it, once for each state of the migrations. It stays on the
    server for the next run; whoever finds it in the way may drop it.
    """
    name = f"attest_tables_{state_of(TABLES)}"
    KEPT.mkdir(parents=True, exist_ok=True)
    with turn(KEPT / "postgres.lock"):
        if not on_server("SELECT 1 FROM pg_database WHERE datname = %s", name):
            new = create()
            migrate(url_of(new))
            try:
                on_server(f'ALTER DATABASE "{new}" RENAME TO "{name}"')
            except errors.DuplicateDatabase:  # another checkout was faster
                drop(new)
    return name
