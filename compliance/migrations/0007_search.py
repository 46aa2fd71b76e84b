"""The search index: full-text tables with triggers on SQLite, GIN indexes on PostgreSQL.

The index follows from other rows, and ``compliance.assessments.indexing`` makes it as
the code of the day wants it. Before a later migration on SQLite its triggers are taken
away, and after it made again with the index filled anew (``apps.py``): Django makes a
table anew for many changes, which drops its triggers and fails on those of others that
name it. A migration that renames or drops a column that ``index`` names changes it
there, and on PostgreSQL calls ``indexing.drop`` first.
"""

from django.db import migrations

from compliance.assessments import indexing


def make(apps, schema_editor):
    """SQLite waits for the end of the run: later migrations may make tables anew."""
    if schema_editor.connection.vendor == "postgresql":
        indexing.keep(schema_editor.connection.alias)


def drop(apps, schema_editor):
    indexing.drop(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [("compliance", "0006_na_by")]

    operations = [migrations.RunPython(make, drop)]
