"""Installations for a bundle to move between: ``python -m tests.assurance.bundles.building WHAT``.

``full`` migrates the database of its environment and fills it with an assessment and a
signed one; ``fresh`` makes an organisation and nothing else. It prints ids.
"""

import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.core.management import call_command  # noqa: E402

from compliance.models import Theme  # noqa: E402
from tests.assurance.bundles.making import make_everything, publish  # noqa: E402
from tests.support import signing  # noqa: E402
from tests.support.factories import make_cast, make_member, make_organisation  # noqa: E402


def main(what):
    call_command("migrate", interactive=False, verbosity=0)
    if what == "fresh":
        fresh = make_organisation("Fresh", "fresh")
        make_member(fresh, "owner", "Fran Fresh", "fran@example.org")
        Theme.objects.create(key="t", name="Other words", position=1)
        return
    cast = make_cast()
    full = make_everything(cast)
    edition = publish("Q1", "Q2", "Q3", checklist="signed", organisation=cast.acme)
    signed = signing.make_signed(cast, edition)
    print(full.pk, signed.pk)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
