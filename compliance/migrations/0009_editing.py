"""Editing checklists: drafts that are reviewed, versions for two editors at once, clones.

Tables that SQLite makes anew lose their triggers: those of frozen editions are taken
away before and made again after, for the columns and states that there are now.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
KEPT = (*frozen.KEPT, "extra", "based_on_id", "version", "sent_at", "sent_by_id")
OPEN = "'draft', 'review'"


def _make(schema_editor, on_sqlite, on_postgresql):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in on_sqlite.values() if is_sqlite else on_postgresql:
        schema_editor.execute(statement, params=None)


def freeze(apps, schema_editor):
    _make(schema_editor, frozen.sqlite(KEPT, OPEN), frozen.postgresql(OPEN))


def freeze_as_before(apps, schema_editor):
    kept = (*frozen.KEPT, "extra")
    _make(schema_editor, frozen.sqlite(kept), frozen.postgresql())


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0008_upgrading'),
    ]

    operations = [
        migrations.RunPython(frozen.thaw, freeze_as_before),
        migrations.RemoveConstraint(
            model_name='edition',
            name='edition_published_whole',
        ),
        migrations.AddField(
            model_name='checklist',
            name='cloned_from',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clones', to='compliance.edition'),
        ),
        migrations.AddField(
            model_name='edition',
            name='based_on',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='compliance.edition'),
        ),
        migrations.AddField(
            model_name='edition',
            name='sent_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='edition',
            name='sent_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='edition',
            name='version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='fact',
            name='version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='question',
            name='version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='section',
            name='version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='edition',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('review', 'In review'), ('published', 'Published'), ('retired', 'Retired')], default='draft', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content_hash', ''), ('published_at', None), ('status__in', ('draft', 'review'))), models.Q(models.Q(('status__in', ('draft', 'review')), _negated=True), ('published_at__isnull', False), models.Q(('content_hash', ''), _negated=True)), _connector='OR'), name='edition_published_whole'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at', None), ('sent_by', None)), models.Q(('sent_at__isnull', False), ('sent_by__isnull', False)), _connector='OR'), name='edition_sent_whole'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'review'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='edition_in_review_was_sent'),
        ),
        migrations.RunPython(freeze, frozen.thaw),
    ]
