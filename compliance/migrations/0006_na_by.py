"""Who said "not applicable": answers from before wait for a second person, too."""

from django.db import migrations
from django.db.models import F

CHOSEN = ["stage", "choice", "choices"]
"""Kinds where a choice of the checklist itself may say so."""


def name_them(apps, schema_editor):
    answers = apps.get_model("compliance", "Answer").objects
    waiting = answers.filter(verdict="na", na_by=None, changed_by__isnull=False)
    waiting.exclude(question__kind__in=CHOSEN).update(na_by=F("changed_by"))


class Migration(migrations.Migration):
    dependencies = [("compliance", "0005_working_together")]

    operations = [migrations.RunPython(name_them, migrations.RunPython.noop)]
