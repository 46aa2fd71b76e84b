"""Sections that one assessment can answer for others. Frozen with the edition."""

from importlib import import_module

from django.db import migrations, models

frozen = import_module("compliance.migrations.0003_editions_frozen")
scales = import_module("compliance.migrations.0044_scales")


class Migration(migrations.Migration):
    dependencies = [("compliance", "0046_moves_in_the_trail")]

    operations = [
        migrations.RunPython(frozen.thaw, scales.freeze),
        migrations.AddField(
            "section",
            "level",
            models.CharField(
                blank=True,
                choices=[
                    ("", "Each assessment"),
                    ("organisation", "Once for the organisation"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.RunPython(scales.freeze, frozen.thaw),
    ]
