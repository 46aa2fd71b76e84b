"""What is published is frozen below the ORM: its tree never changes, it can only retire.

SQLite drops the triggers of a table that a later migration makes anew: such a
migration has to put them back. The tests of freezing notice when it does not.
"""

from django.db import migrations

SAID = "a published edition is never changed"
EDITION = "SELECT 1 FROM compliance_edition e WHERE e.status <> 'draft' AND e.id = {}"
QUESTION = (
    "SELECT 1 FROM compliance_edition e JOIN compliance_question q ON q.edition_id = e.id"
    " WHERE e.status <> 'draft' AND q.id = {}"
)
PARTS = {
    "section": ("edition_id", EDITION),
    "question": ("edition_id", EDITION),
    "fact": ("edition_id", EDITION),
    "choice": ("question_id", QUESTION),
    "citation": ("question_id", QUESTION),
}
KEPT = (
    "id", "checklist_id", "number", "law_as_of", "release_notes", "subject_label",
    "subject_help", "roles", "role_fact", "published_at", "content_hash",
)


def of_old(column, found):
    return f"EXISTS ({found.format('OLD.' + column)})"


def of_new(column, found):
    return f"EXISTS ({found.format('NEW.' + column)})"


def sqlite(kept=KEPT, open_states="'draft'"):
    """Name to statement of each trigger. An insert may replace a row: both are asked."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    made = {}
    for part, (column, found) in PARTS.items():
        table, old, new = f"compliance_{part}", of_old(column, found), of_new(column, found)
        replaced = (
            f"EXISTS (SELECT 1 FROM {table} r WHERE r.id = NEW.id"
            f" AND EXISTS ({found.format('r.' + column)}))"
        )
        for event, condition in {
            "insert": f"{new} OR {replaced}",
            "update": f"{old} OR {new}",
            "delete": old,
        }.items():
            name = f"frozen_{part}_{event}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table}"
                f" FOR EACH ROW WHEN {condition} {refuse}"
            )
    same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in kept)
    conditions = {
        "insert": "EXISTS (SELECT 1 FROM compliance_edition r"
        f" WHERE r.status NOT IN ({open_states})"
        " AND (r.id = NEW.id"
        " OR (r.checklist_id = NEW.checklist_id AND r.number = NEW.number)))",
        "update": f"OLD.status NOT IN ({open_states}) AND NOT"
        f" (OLD.status = 'published' AND NEW.status = 'retired' AND {same})",
        "delete": f"OLD.status NOT IN ({open_states})",
    }
    for event, condition in conditions.items():
        name = f"frozen_edition_{event}"
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE {event.upper()} ON compliance_edition"
            f" FOR EACH ROW WHEN {condition} {refuse}"
        )
    return made


def postgresql_function(name, condition_old, condition_new):
    return f"""
    CREATE FUNCTION {name}() RETURNS trigger AS $$
    BEGIN
      IF TG_OP <> 'INSERT' AND {condition_old} THEN RAISE EXCEPTION '{SAID}'; END IF;
      IF TG_OP <> 'DELETE' AND {condition_new} THEN RAISE EXCEPTION '{SAID}'; END IF;
      IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
      RETURN NEW;
    END
    $$ LANGUAGE plpgsql
    """


def postgresql(open_states="'draft'"):
    edition = f"""
    CREATE FUNCTION compliance_frozen_edition() RETURNS trigger AS $$
    BEGIN
      IF OLD.status IN ({open_states}) THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
      END IF;
      IF TG_OP = 'UPDATE' AND OLD.status = 'published' AND NEW.status = 'retired'
        AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status' THEN RETURN NEW;
      END IF;
      RAISE EXCEPTION '{SAID}';
    END
    $$ LANGUAGE plpgsql
    """
    statements = [edition, (
        "CREATE TRIGGER frozen_edition BEFORE UPDATE OR DELETE ON compliance_edition"
        " FOR EACH ROW EXECUTE FUNCTION compliance_frozen_edition()"
    )]
    for part, (column, found) in PARTS.items():
        name = f"compliance_frozen_{part}"
        old, new = of_old(column, found), of_new(column, found)
        statements += [postgresql_function(name, old, new), (
            f"CREATE TRIGGER frozen_{part} BEFORE INSERT OR UPDATE OR DELETE"
            f" ON compliance_{part} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )]
    return statements


def freeze(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in sqlite().values() if is_sqlite else postgresql():
        schema_editor.execute(statement, params=None)


def thaw(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in sqlite():
            schema_editor.execute(f"DROP TRIGGER {name}", params=None)
        return
    for part in [*PARTS, "edition"]:
        schema_editor.execute(
            f"DROP TRIGGER frozen_{part} ON compliance_{part}", params=None
        )
        schema_editor.execute(f"DROP FUNCTION compliance_frozen_{part}()", params=None)


class Migration(migrations.Migration):
    dependencies = [("compliance", "0002_trail_append_only")]

    operations = [migrations.RunPython(freeze, thaw)]
