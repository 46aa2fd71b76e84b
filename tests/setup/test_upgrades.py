"""The release before works on while a migration runs, and beside the new one."""

import pytest
from django.conf import settings
from django.db import connection
from django_migration_linter.migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

NAMES = sorted(path.stem for path in (settings.BASE_DIR / "compliance/migrations").glob("0*.py"))
ALLOWED = frozenset()
"""Names of migrations that need an installation to stop; say why, and say so in the changelog."""


def faults_of(linter, sql):
    errors, _, warnings = analyse_sql_statements(linter.sql_analyser_class, sql, [])
    return [one.code for one in [*errors, *warnings]]


@pytest.fixture
def linter(db):
    if connection.vendor != "postgresql":
        pytest.skip("reads the statements that PostgreSQL would run")
    return MigrationLinter(str(settings.BASE_DIR), no_cache=True, quiet=[], no_output=True)


@pytest.mark.parametrize("name", sorted({*NAMES[1:]} - ALLOWED))
def test_release_before_works_beside_the_migration(linter, name):
    assert faults_of(linter, linter.get_sql("compliance", name)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE compliance_answer DROP COLUMN note",
        "ALTER TABLE compliance_answer RENAME COLUMN note TO words",
        "ALTER TABLE compliance_answer ADD COLUMN more text NOT NULL",
        "CREATE INDEX more ON compliance_answer (note)",
        "DROP TABLE compliance_answer",
    ],
)
def test_what_the_release_before_cannot_bear_is_found(linter, sql):
    assert faults_of(linter, [sql]) != []
