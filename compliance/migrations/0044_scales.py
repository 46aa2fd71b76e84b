"""Answers read as levels. Frozen with the edition."""

from importlib import import_module

from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
editing = import_module("compliance.migrations.0009_editing")
essentials = import_module("compliance.migrations.0037_essentials")
KEPT = (*essentials.KEPT, "scales")


def freeze(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    made = frozen.sqlite(KEPT, editing.OPEN).values()
    for statement in made if is_sqlite else frozen.postgresql(editing.OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0043_report_clauses'),
    ]

    operations = [
        migrations.RunPython(frozen.thaw, essentials.freeze),
        migrations.AddField(
            model_name='edition',
            name='scales',
            field=models.JSONField(null=True),
        ),
        migrations.RunPython(freeze, frozen.thaw),
    ]
