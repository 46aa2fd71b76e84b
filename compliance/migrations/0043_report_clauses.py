"""Whether a report has an annex of the clauses that its answers help to show."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0042_question_yardsticks")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="clauses",
            field=models.BooleanField(default=False),
        ),
    ]
