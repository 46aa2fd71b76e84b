"""Texts of an edition in other languages, frozen with it."""

from importlib import import_module

from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
editing = import_module("compliance.migrations.0009_editing")
KEPT = (*editing.KEPT, "language", "translations")


def freeze(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    made = frozen.sqlite(KEPT, editing.OPEN).values()
    for statement in made if is_sqlite else frozen.postgresql(editing.OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("compliance", "0012_reviewing"),
    ]

    operations = [
        migrations.RunPython(frozen.thaw, editing.freeze),
        migrations.AddField(
            model_name='edition',
            name='language',
            field=models.CharField(default='en', max_length=20),
        ),
        migrations.AddField(
            model_name='edition',
            name='translations',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='fact',
            name='translations',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='translations',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='section',
            name='translations',
            field=models.JSONField(null=True),
        ),
        migrations.RunPython(freeze, frozen.thaw),
    ]
