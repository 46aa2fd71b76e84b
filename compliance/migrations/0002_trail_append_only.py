"""The trail is append-only below the ORM, and its head follows by itself."""

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER event_no_update BEFORE UPDATE ON compliance_event
    BEGIN SELECT RAISE(ABORT, 'events of the trail are never changed'); END;
    """,
    """
    CREATE TRIGGER event_no_delete BEFORE DELETE ON compliance_event
    BEGIN SELECT RAISE(ABORT, 'events of the trail are never deleted'); END;
    """,
    """
    CREATE TRIGGER event_moves_head AFTER INSERT ON compliance_event
    BEGIN
      UPDATE compliance_chainhead SET seq = NEW.seq, hash = NEW.hash
      WHERE organisation_id = NEW.organisation_id;
    END;
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER event_no_update",
    "DROP TRIGGER event_no_delete",
    "DROP TRIGGER event_moves_head",
]
POSTGRESQL = [
    """
    CREATE FUNCTION compliance_event_refuse() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'events of the trail are never changed or deleted'; END
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE FUNCTION compliance_event_head() RETURNS trigger AS $$
    BEGIN
      UPDATE compliance_chainhead SET seq = NEW.seq, hash = NEW.hash
      WHERE organisation_id = NEW.organisation_id;
      RETURN NULL;
    END
    $$ LANGUAGE plpgsql
    """,
    """
    CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON compliance_event
    FOR EACH ROW EXECUTE FUNCTION compliance_event_refuse()
    """,
    """
    CREATE TRIGGER event_moves_head AFTER INSERT ON compliance_event
    FOR EACH ROW EXECUTE FUNCTION compliance_event_head()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER event_no_change ON compliance_event",
    "DROP TRIGGER event_moves_head ON compliance_event",
    "DROP FUNCTION compliance_event_refuse()",
    "DROP FUNCTION compliance_event_head()",
]


def run(sqlite, postgresql):
    """Run the statements of the database in use, one by one."""

    def code(apps, schema_editor):
        vendor = schema_editor.connection.vendor
        for statement in sqlite if vendor == "sqlite" else postgresql:
            schema_editor.execute(statement, params=None)

    return code


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial")]

    operations = [
        migrations.RunPython(
            run(SQLITE, POSTGRESQL), run(SQLITE_BACK, POSTGRESQL_BACK)
        )
    ]
