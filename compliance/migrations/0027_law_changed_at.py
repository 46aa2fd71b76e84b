import json
from uuid import UUID

from django.db import migrations, models

LIBRARY = UUID(int=0)
FIELDS = {"applies_from", "status", "successor"}


def read_from_trail(apps, schema_editor):
    """The last event that changed what is law of a provision says when it did."""
    Event = apps.get_model("compliance", "Event")
    Provision = apps.get_model("compliance", "Provision")
    events = Event.objects.filter(
        organisation_id=LIBRARY, action="instrument.provisions_set"
    )
    moments = {}
    for event in events.order_by("seq").iterator():
        before = json.loads(event.payload or event.rest or "{}").get("before", {})
        for cite, values in before.get("provisions", {}).items():
            if FIELDS & set(values):
                moments[cite] = event.at
    for cite, at in moments.items():
        Provision.objects.filter(cite=cite).update(changed_at=at)


class Migration(migrations.Migration):

    dependencies = [
        ('compliance', '0026_passkeys'),
    ]

    operations = [
        migrations.AddField(
            model_name='provision',
            name='changed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(read_from_trail, migrations.RunPython.noop),
    ]
