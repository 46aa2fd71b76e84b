"""The discussion of a question, apart from what a good answer shows."""

from importlib import import_module

from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
translations = import_module("compliance.migrations.0013_translations")


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0032_who_answered'),
    ]

    operations = [
        migrations.RunPython(frozen.thaw, translations.freeze),
        migrations.AddField(
            model_name='question',
            name='background',
            field=models.TextField(blank=True, default=''),
        ),
        migrations.RunPython(translations.freeze, frozen.thaw),
    ]
