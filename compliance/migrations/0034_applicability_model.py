"""Facts that imply facts, gates, last days, yardsticks, the force of a source.

All that is new in an edition is frozen with it.
"""

from importlib import import_module

from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
editing = import_module("compliance.migrations.0009_editing")
translations = import_module("compliance.migrations.0013_translations")
KEPT = (*translations.KEPT, "gates", "organisations")


def freeze(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    made = frozen.sqlite(KEPT, editing.OPEN).values()
    for statement in made if is_sqlite else frozen.postgresql(editing.OPEN):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0033_question_background'),
    ]

    operations = [
        migrations.RunPython(frozen.thaw, translations.freeze),
        migrations.AddField(
            model_name='edition',
            name='gates',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='edition',
            name='organisations',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='fact',
            name='contested',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.AddField(
            model_name='fact',
            name='implies',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='instrument',
            name='force',
            field=models.CharField(
                choices=[
                    ('law', 'Law'),
                    ('authority_guidance', 'Guidance of an authority'),
                    ('framework', 'Framework'),
                    ('procurement_scheme', 'Procurement scheme'),
                    ('standard', 'Standard'),
                ],
                default='law',
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name='question',
            name='applies_until',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='yardstick',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(freeze, frozen.thaw),
    ]
