"""Moving to another edition: moves, archived answers, and what imports say beyond our fields."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")


def _renew(schema_editor, kept):
    if schema_editor.connection.vendor == "sqlite":
        name = "frozen_edition_update"
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)
        schema_editor.execute(frozen.sqlite(kept)[name], params=None)


def freeze_extra(apps, schema_editor):
    """PostgreSQL compares whole rows."""
    _renew(schema_editor, (*frozen.KEPT, "extra"))


def forget_extra(apps, schema_editor):
    _renew(schema_editor, frozen.KEPT)


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0007_search'),
    ]

    operations = [
        migrations.AddField(
            model_name='answer',
            name='archived_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='edition',
            name='extra',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='extra',
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name='answer',
            name='again',
            field=models.CharField(blank=True, choices=[('carried', 'Carried over: confirm again'), ('action', 'Action closed: look again'), ('edition', 'Question changed: confirm again')], max_length=20),
        ),
        migrations.CreateModel(
            name='Upgrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField()),
                ('added', models.JSONField(default=list)),
                ('moved_at', models.DateTimeField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='upgrades', to='compliance.assessment')),
                ('from_edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.edition')),
                ('moved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='compliance.edition')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-moved_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('from_edition', models.F('to_edition')), _negated=True), name='upgrade_moves'), models.CheckConstraint(condition=models.Q(models.Q(('undone_at', None), ('undone_by', None)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='upgrade_undone_whole')],
            },
        ),
        migrations.RunPython(freeze_extra, forget_extra),
    ]
