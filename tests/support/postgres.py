"""Tests that run on PostgreSQL too, and databases beside the one ``DATABASE_URL`` names."""

import os
import uuid
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import errors

from tests.support.prepared_folders import KEPT, TABLES, state_of, turn

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
        operations/backups/test_to_bucket operations/closing/test_in_bucket content/evidence/test_in_bucket
    """,
    PROTOCOLS: """
        programs/directory/test_protocol identity/sign_on/saml/test_saml_attacks
    """,
    FILES: """
        content/evidence/test_add content/evidence/test_detail content/evidence/test_image_size
        content/evidence/test_upload content/evidence/test_scanning
        assurance/bundles/test_bundle_hostile assurance/bundles/test_bundle_pages
        content/checklist_files/test_checklist_pages content/checklist_files/test_endings
        content/checklist_files/test_honest operations/closing/test_archive operations/seeds/test_seeds
        assurance/answer_sheets/test_sheet_pages assurance/answer_sheets/test_sheets_hostile
        assurance/answer_sheets/test_sheets_libreoffice assurance/answer_sheets/test_sheets_mutated
        reporting/reports/test_attachments reporting/reports/test_command reporting/reports/test_download
        reporting/reports/test_edition_changes proof/press/test_keys reporting/reports/test_report_lookup
        programs/exports/test_packages reporting/reports/test_remedies reporting/reports/test_edition_translation reporting/reports/test_verify_page
        assurance/seats/test_replies
    """,
    PAGES: """
        work/bulk/test_pages work/assignments/test_contribute
        work/workspace/test_marks work/workspace/test_pages work/workspace/test_related
        work/workspace/test_states work/workspace/test_languages
        work/edition_moves/test_upgrade_pages
        content/checklists/test_about content/checklists/test_detail content/checklists/test_extra
        content/editor/test_last content/editor/test_limits content/checklists/test_list
        content/editor/test_preview content/checklists/test_related content/editor/test_roles content/editor/test_shape
        content/checklist_translations/test_translating content/editor/test_unsaved
        identity/organisations/test_role_descriptions
        reporting/reports/test_ask reporting/reports/test_detail reporting/reports/test_list
        assurance/reviews/test_cost assurance/reviews/test_pages assurance/reviews/test_review_queue assurance/seats/test_signed
        test_growth_elsewhere test_headers test_hostile test_tokens ground/web/test_logs
    """,
}
"""Modules that ask nothing of the kind of database, by the reason: they run on SQLite.

All else that asks a database runs on both kinds: locks, constraints, triggers, JSON,
search, order, races, the trail, signatures, bundles and backups.
"""
EVERY_ROLE = "assurance/reviews/test_attack test_doors test_signed_doors"
"""Modules that ask the same in each role. The table of roles decides who may, so the one
who may most is enough here."""
HERE = Path(__file__).parents[1]


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
