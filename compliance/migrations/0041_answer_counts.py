from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0040_upgrade_left")]

    operations = [
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(
                fields=[
                    "assessment",
                    "archived_at",
                    "applies",
                    "verdict",
                    "binds_from",
                    "again",
                    "na_by",
                    "na_confirmed_by",
                ],
                name="answer_counts",
            ),
        ),
    ]
