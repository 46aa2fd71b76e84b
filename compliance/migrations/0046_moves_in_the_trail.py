from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0045_targets"),
    ]

    operations = [
        migrations.RemoveField("upgrade", "before"),
        migrations.RemoveField("upgrade", "left"),
        migrations.RemoveField("upgrade", "added"),
        migrations.RemoveField("upgrade", "found"),
        migrations.AddField(
            "upgrade",
            "since_seq",
            models.PositiveBigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            "upgrade", "until_seq", models.PositiveBigIntegerField(default=0)
        ),
    ]
