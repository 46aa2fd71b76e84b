from collections import defaultdict

from django.db import migrations, models


def mark_namesakes(apps, schema_editor):
    """Mark the people who share a name with a member, or a former one, of one organisation."""
    found = defaultdict(set)
    for model in ("Membership", "Departure"):
        rows = apps.get_model("compliance", model).objects.order_by()
        called = rows.values_list("organisation_id", "user__name", "user_id")
        for place, name, person in called.iterator():
            found[place, name.casefold()].add(person)
    shared = {one for people in found.values() if len(people) > 1 for one in people}
    users = apps.get_model("compliance", "User").objects
    for person in shared:
        users.filter(pk=person).update(has_namesake=True)


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0010_domains_looked_for'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='has_namesake',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(mark_namesakes, migrations.RunPython.noop),
    ]
