"""An index of yardsticks, so that counts find the few of a long list at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0041_answer_counts")]

    operations = [
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("yardstick", True)),
                fields=["edition"],
                name="question_yardsticks",
            ),
        ),
    ]
