"""Tests that run on PostgreSQL too, and databases beside the one ``DATABASE_URL`` names."""

import os
import uuid
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import errors

from tests.made import KEPT, TABLES, state_of, turn

GIVEN = os.environ.get("DATABASE_URL", "")
IS_SERVER = GIVEN.startswith("postgres")


FILES = """They ask what a file says or how it is written. The rows it brings are kept by
actions whose tests run here."""
PAGES = """They ask what pages show of rows that others write. ``test_doors`` opens each page
here, ``test_malformed`` with every parameter bent."""
BUCKETS = """They ask what becomes of files in a bucket. The same acts with files in a folder are
asked here for their rows."""
PROTOCOLS = """They ask what others may say to Attest. The accounts that come of it are kept by
actions whose tests run here."""
ONE_KIND = {
    BUCKETS: """
        backups/test_to_bucket closing/test_in_bucket evidence/test_in_bucket
    """,
    PROTOCOLS: """
        directory/test_protocol sign_on/saml/test_saml_attacks
    """,
    FILES: """
        evidence/test_add evidence/test_detail evidence/test_image_size
        evidence/test_upload evidence/test_scanning
        bundles/test_bundle_hostile bundles/test_bundle_pages
        checklist_files/test_checklist_pages checklist_files/test_endings
        checklist_files/test_honest closing/test_archive seeds/test_seeds
        answer_sheets/test_sheet_pages answer_sheets/test_sheets_hostile
        answer_sheets/test_sheets_libreoffice answer_sheets/test_sheets_mutated
        reports/test_attachments reports/test_command reports/test_download
        reports/test_edition_changes press/test_keys reports/test_report_lookup
        exports/test_packages reports/test_remedies reports/test_edition_translation reports/test_verify_page
        seats/test_replies
    """,
    PAGES: """
        bulk/test_pages assignments/test_contribute
        workspace/test_marks workspace/test_pages workspace/test_related
        workspace/test_states workspace/test_languages
        edition_moves/test_upgrade_pages
        checklists/test_about checklists/test_detail checklists/test_extra
        editor/test_last editor/test_limits checklists/test_list
        editor/test_preview checklists/test_related editor/test_roles editor/test_shape
        checklist_translations/test_translating editor/test_unsaved
        organisations/test_role_descriptions
        reports/test_ask reports/test_detail reports/test_list
        reviews/test_cost reviews/test_pages reviews/test_review_queue seats/test_signed
        test_growth_elsewhere test_headers test_hostile test_tokens web/test_logs
    """,
}
"""Modules that ask nothing of the kind of database, by the reason: they run on SQLite.

All else that asks a database runs on both kinds: locks, constraints, triggers, JSON,
search, order, races, the trail, signatures, bundles and backups.
"""
EVERY_ROLE = "reviews/test_attack test_doors test_signed_doors"
"""Modules that ask the same in each role. The table of roles decides who may, so the one
who may most is enough here."""
HERE = Path(__file__).parent


@cache
def files(names):
    """The files of modules, by their names."""
    return {HERE / f"{name}.py" for name in names.split()}


def left_out():
    """The files of ``ONE_KIND``."""
    return files(" ".join(ONE_KIND.values()))


def is_left_out(path, parameters):
    """Whether a test in that file with those parameters runs on SQLite alone."""
    is_other_role = parameters.get("role", "owner") != "owner"
    return path in left_out() or (is_other_role and path in files(EVERY_ROLE))


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
