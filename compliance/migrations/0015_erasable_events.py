"""Events can be erased: payload and salt become empty, nothing else changes, ever."""

from django.db import migrations, models

KEPT = (
    "id", "organisation_id", "seq", "at", "actor_id", "action", "subject_label",
    "subject_id", "scope_id", "payload_hash", "previous_hash", "hash",
)
SAME = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
SQLITE = [
    "DROP TRIGGER event_no_update",
    f"""
    CREATE TRIGGER event_no_update BEFORE UPDATE ON compliance_event
    WHEN NOT (NEW.payload = '' AND NEW.salt = '' AND NEW.rest IS NOT NULL AND {SAME})
    BEGIN SELECT RAISE(ABORT, 'events of the trail are never changed'); END;
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER event_no_update",
    """
    CREATE TRIGGER event_no_update BEFORE UPDATE ON compliance_event
    BEGIN SELECT RAISE(ABORT, 'events of the trail are never changed'); END;
    """,
]
POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION compliance_event_refuse() RETURNS trigger AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        IF NEW.payload = '' AND NEW.salt = '' AND NEW.rest IS NOT NULL
           AND to_jsonb(NEW) - 'payload' - 'salt' - 'rest'
             = to_jsonb(OLD) - 'payload' - 'salt' - 'rest' THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION 'events of the trail are never changed or deleted';
    END
    $$ LANGUAGE plpgsql
    """,
]
POSTGRESQL_BACK = [
    """
    CREATE OR REPLACE FUNCTION compliance_event_refuse() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'events of the trail are never changed or deleted'; END
    $$ LANGUAGE plpgsql
    """,
]


def run(sqlite, postgresql):
    """Run the statements of the database in use, one by one."""

    def code(apps, schema_editor):
        vendor = schema_editor.connection.vendor
        for statement in sqlite if vendor == "sqlite" else postgresql:
            schema_editor.execute(statement, params=None)

    return code


class Migration(migrations.Migration):
    dependencies = [("compliance", "0014_brought_in")]

    operations = [
        migrations.AddField(
            model_name="event", name="rest", field=models.TextField(null=True)
        ),
        migrations.RunPython(
            run(SQLITE, POSTGRESQL), run(SQLITE_BACK, POSTGRESQL_BACK)
        ),
    ]
