"""What a small organisation begins with. It is frozen with the edition."""

from importlib import import_module

from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
editing = import_module("compliance.migrations.0009_editing")
applicability = import_module("compliance.migrations.0034_applicability_model")
KEPT = (*applicability.KEPT, "essentials")


def freeze(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    made = frozen.sqlite(KEPT, editing.OPEN).values()
    for statement in made if is_sqlite else frozen.postgresql(editing.OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0036_frameworks'),
    ]

    operations = [
        migrations.RunPython(frozen.thaw, applicability.freeze),
        migrations.AddField(
            model_name='edition',
            name='essentials',
            field=models.JSONField(null=True),
        ),
        migrations.RunPython(freeze, frozen.thaw),
    ]
