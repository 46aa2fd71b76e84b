"""Events commit to each leaf of their content; erasing one changes nothing else, ever."""

from django.db import migrations, models

SAID = {
    "event": "events of the trail are never changed",
    "originevent": "what an assessment was brought in with is never changed",
}
REFUSE = {
    "event": "compliance_event_refuse",
    "originevent": "compliance_origin_refuse",
}
OWNER = {"event": "organisation_id", "originevent": "trail_id"}
KEPT = (
    "id", "seq", "at", "actor_id", "action", "subject_label", "subject_id", "scope_id",
    "payload_hash", "previous_hash", "hash",
)
OLDER = (
    "This data folder was made by a version before 0.1. Its trail has another form:"
    " start with an empty folder."
)


def change(apps, schema_editor):
    """Columns by hand: SQLite would make the table anew, and drop its triggers."""
    run, vendor = schema_editor.execute, schema_editor.connection.vendor
    for name in ("event", "originevent"):
        table = f"compliance_{name}"
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            if cursor.fetchone()[0]:
                raise RuntimeError(OLDER)
        on = "" if vendor == "sqlite" else f" ON {table}"
        run(f"DROP TRIGGER {_trigger(name, vendor)}{on}", params=None)
        run(f"ALTER TABLE {table} ADD COLUMN salts text NOT NULL DEFAULT ''", params=None)
        for column in ("salt", "rest"):
            run(f"ALTER TABLE {table} DROP COLUMN {column}", params=None)
        for statement in _guards(name, vendor):
            run(statement, params=None)


def _trigger(name, vendor):
    if name == "originevent":
        return "compliance_originevent_no_update"
    return "event_no_update" if vendor == "sqlite" else "event_no_change"


def _guards(name, vendor):
    """Only the text of a leaf may go: the salts then have the hash of one ("=")."""
    table, trigger = f"compliance_{name}", _trigger(name, vendor)
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    fits = " AND ".join(f"NEW.{each} {same} OLD.{each}" for each in (*KEPT, OWNER[name]))
    fits = f"NEW.salts LIKE '%=%' AND {fits}"
    if vendor == "sqlite":
        yield (
            f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} WHEN NOT ({fits})"
            f" BEGIN SELECT RAISE(ABORT, '{SAID[name]}'); END"
        )
        return
    yield (
        f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (NOT ({fits})) EXECUTE FUNCTION {REFUSE[name]}()"
    )
    if name == "event":
        yield """
            CREATE OR REPLACE FUNCTION compliance_event_refuse() RETURNS trigger AS $$
            BEGIN RAISE EXCEPTION 'events of the trail are never changed or deleted'; END
            $$ LANGUAGE plpgsql
            """
        yield (
            "CREATE TRIGGER event_no_delete BEFORE DELETE ON compliance_event"
            " FOR EACH ROW EXECUTE FUNCTION compliance_event_refuse()"
        )


def _columns(model):
    return [
        migrations.RemoveField(model_name=model, name="salt"),
        migrations.RemoveField(model_name=model, name="rest"),
        migrations.AddField(
            model_name=model,
            name="salts",
            field=models.TextField(default=""),
            preserve_default=False,
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("compliance", "0034_applicability_model")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(change)],
            state_operations=[*_columns("event"), *_columns("originevent")],
        ),
    ]
