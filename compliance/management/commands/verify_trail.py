"""``manage.py verify_trail``: does every chain of the trail stand as written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from compliance.audit import trail
from compliance.audit.models import LIBRARY
from compliance.organisations.models import Organisation


class Command(BaseCommand):
    """Names the first bad event of each chain and what is wrong with it."""

    help = "Verify the trail of every organisation; exit 1 at a fault."

    def handle(self, *args: Any, **options: Any) -> None:
        names = {LIBRARY: "Library"} | dict(
            Organisation.objects.values_list("pk", "name")
        )
        faults = 0
        for organisation_id in trail.chains():
            name = names.get(organisation_id, str(organisation_id))
            fault = trail.verify(organisation_id)
            if fault:
                faults += 1
                self.stdout.write(f"{name}: event {fault.seq} {fault.what}.")
            else:
                seq, head = trail.head_of(organisation_id)
                self.stdout.write(
                    f"{name}: {seq} events stand as written, head {head}."
                )
        if faults:
            msg = f"{faults} of the chains do not stand as written."
            raise CommandError(msg)
