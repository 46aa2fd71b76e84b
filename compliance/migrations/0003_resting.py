import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0002_calendar")]

    operations = [
        migrations.AddField(
            "assessment", "rests", models.BooleanField(default=False)
        ),
        migrations.AddField(
            "assessment",
            "rests_on",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bears",
                to="compliance.assessment",
            ),
        ),
        migrations.AddConstraint(
            "assessment",
            models.CheckConstraint(
                condition=models.Q(
                    ("rests_on", None),
                    models.Q(
                        ("rests", True),
                        models.Q(("rests_on", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="assessment_rests_on_another",
                violation_error_message="An assessment cannot rest on itself.",
            ),
        ),
    ]
