"""What a question is called for good by the file it came from."""

from importlib import import_module

from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
translations = import_module("compliance.migrations.0013_translations")


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0030_unprinted_characters'),
    ]

    operations = [
        migrations.RunPython(frozen.thaw, translations.freeze),
        migrations.AddField(
            model_name='question',
            name='source',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('source', ''), _negated=True), fields=('edition', 'source'), name='question_source_once'),
        ),
        migrations.RunPython(translations.freeze, frozen.thaw),
    ]
