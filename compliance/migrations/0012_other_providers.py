from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0011_namesakes'),
    ]

    operations = [
        migrations.AddField(
            model_name='accesspolicy',
            name='other_providers',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
