"""``python -m tests.operations.closing.killing make|delete|check``: an organisation deleted, and killed.

``make`` fills an installation that has tables and closes an organisation whose last day has passed; it
prints the rows that are to go. ``delete`` says each piece before it goes. ``check`` prints the
rows of the receipt and what ``verify_trail`` says.
"""

import os
import sys
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from compliance.models import Snapshot  # noqa: E402
from compliance.operations.closing import deletion, grace  # noqa: E402
from compliance.operations.closing.owned_rows import owned, rows_of  # noqa: E402
from compliance.proof.audit import receipts  # noqa: E402
from compliance.proof.audit.models import Event  # noqa: E402
from tests.assurance.bundles.making import make_everything, publish  # noqa: E402
from tests.support.factories import begin_chains, make_cast  # noqa: E402
from tests.support.signing import make_signed  # noqa: E402

settings.GRACE_DAYS = -0.5  # the last day has passed


def make():
    cast = make_cast()
    make_everything(cast)
    make_signed(cast, publish("Q1", "Q2", "Q3", checklist="signed", organisation=cast.acme))
    begin_chains()
    grace.start_closing(by=cast.ada, organisation=cast.acme, name="Acme")
    rows = sum(rows_of(model, cast.acme.pk).count() for model in owned())
    rows += Event.objects.filter(organisation_id=cast.acme.pk).count()
    say(cast.acme.pk, rows + Snapshot.objects.count() + 2)


def delete(organisation_id):
    whole, deletion.PIECE = deletion._taken, 3

    def counted(rows):
        say("piece")
        return whole(rows)

    deletion._taken = counted
    deletion.delete(UUID(organisation_id))


def check(organisation_id):
    found = receipts.find(UUID(organisation_id))
    say(found.rows if found else 0)
    call_command("verify_trail")


def say(*words):
    print(*words, flush=True)  # noqa: T201


if __name__ == "__main__":
    {"make": make, "delete": delete, "check": check}[sys.argv[1]](*sys.argv[2:])
