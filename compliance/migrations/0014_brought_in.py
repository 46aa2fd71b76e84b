"""Assessments that were brought in: where from, and their trail there, never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TABLES = ("compliance_origin", "compliance_origintrail", "compliance_originevent")
SAID = "what an assessment was brought in with is never changed"


def freeze(apps, schema_editor):
    run = schema_editor.execute
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    if not is_sqlite:
        run(
            "CREATE FUNCTION compliance_origin_refuse() RETURNS trigger AS $$"
            f" BEGIN RAISE EXCEPTION '{SAID}'; END $$ LANGUAGE plpgsql",
            params=None,
        )
    for table in TABLES:
        for event in ("update", "delete"):
            then = (
                f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
                if is_sqlite
                else "EXECUTE FUNCTION compliance_origin_refuse()"
            )
            run(
                f"CREATE TRIGGER {table}_no_{event} BEFORE {event.upper()} ON {table}"
                f" FOR EACH ROW {then}",
                params=None,
            )


def thaw(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for table in TABLES:
        for event in ("update", "delete"):
            on = "" if is_sqlite else f" ON {table}"
            schema_editor.execute(f"DROP TRIGGER {table}_no_{event}{on}", params=None)
    if not is_sqlite:
        schema_editor.execute("DROP FUNCTION compliance_origin_refuse()", params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0013_translations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assessment_there', models.UUIDField()),
                ('bundle_sha256', models.CharField(max_length=64)),
                ('content_hash', models.CharField(max_length=64)),
                ('stated', models.JSONField()),
                ('brought_at', models.DateTimeField()),
                ('assessment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='brought_from', to='compliance.assessment')),
                ('brought_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='OriginTrail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('organisation_there', models.UUIDField()),
                ('assessment_there', models.UUIDField()),
                ('organisation_name', models.CharField(max_length=120)),
                ('head_seq', models.PositiveBigIntegerField()),
                ('head_hash', models.CharField(max_length=64)),
                ('names', models.JSONField()),
                ('proof', models.JSONField(null=True)),
                ('origin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trails', to='compliance.origin')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='OriginEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveBigIntegerField()),
                ('at', models.DateTimeField()),
                ('actor_id', models.CharField(blank=True, max_length=40)),
                ('action', models.CharField(max_length=60)),
                ('subject_label', models.CharField(max_length=40)),
                ('subject_id', models.CharField(max_length=40)),
                ('scope_id', models.CharField(blank=True, max_length=40)),
                ('payload', models.TextField()),
                ('salt', models.CharField(max_length=32)),
                ('payload_hash', models.CharField(max_length=64)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('trail', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='compliance.origintrail')),
            ],
            options={
                'ordering': ['trail', 'seq'],
            },
        ),
        migrations.AddConstraint(
            model_name='origin',
            constraint=models.UniqueConstraint(fields=('organisation', 'bundle_sha256'), name='origin_bundle_once'),
        ),
        migrations.AddConstraint(
            model_name='origintrail',
            constraint=models.UniqueConstraint(fields=('origin', 'position'), name='origin_trail_once'),
        ),
        migrations.AddConstraint(
            model_name='originevent',
            constraint=models.UniqueConstraint(fields=('trail', 'seq'), name='origin_event_one_per_place'),
        ),
        migrations.RunPython(freeze, thaw),
    ]
