"""What came in a bundle can lose personal data: names, and what its events say."""

from django.db import migrations

SAID = "what an assessment was brought in with is never changed"
EVENT = (
    "id", "trail_id", "seq", "at", "actor_id", "action", "subject_label",
    "subject_id", "scope_id", "payload_hash", "previous_hash", "hash",
)
KEPT = {
    "origin": (
        "id", "assessment_id", "organisation_id", "assessment_there",
        "bundle_sha256", "content_hash", "brought_at", "brought_by_id",
    ),
    "origintrail": (
        "id", "origin_id", "position", "organisation_there", "assessment_there",
        "organisation_name", "head_seq", "head_hash", "proof",
    ),
    "originevent": EVENT,
}
EMPTIED = "NEW.payload = '' AND NEW.salt = '' AND COALESCE(NEW.rest, '') <> ''"


def allow(apps, schema_editor):
    _guard(schema_editor, is_strict=False)


def refuse(apps, schema_editor):
    _guard(schema_editor, is_strict=True)


def _guard(schema_editor, *, is_strict):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    same = "IS" if is_sqlite else "IS NOT DISTINCT FROM"
    for name, kept in KEPT.items():
        table = f"compliance_{name}"
        fits = " AND ".join(f"NEW.{each} {same} OLD.{each}" for each in kept)
        if name == "originevent":
            fits = f"{EMPTIED} AND {fits}"
        when = "" if is_strict else f" WHEN (NOT ({fits}))"
        on = "" if is_sqlite else f" ON {table}"
        then = (
            f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
            if is_sqlite
            else "EXECUTE FUNCTION compliance_origin_refuse()"
        )
        schema_editor.execute(f"DROP TRIGGER {table}_no_update{on}", params=None)
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}"
            f" FOR EACH ROW{when} {then}",
            params=None,
        )


class Migration(migrations.Migration):
    dependencies = [("compliance", "0024_share_links_counted_by_trail")]

    operations = [migrations.RunPython(allow, refuse)]
