"""``python -m tests.operations.backups.restored FILE NEXT``: brings one backup in, makes another.

A library that was there before is to be gone afterwards. Each chain is checked.
"""

import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from django.core.management import call_command  # noqa: E402

from compliance.models import Theme  # noqa: E402
from compliance.operations.backups.backup import make  # noqa: E402
from compliance.operations.backups.restore import restore  # noqa: E402
from compliance.proof.audit import verification  # noqa: E402

if __name__ == "__main__":
    call_command("migrate", interactive=False, verbosity=0)
    for number in range(20):
        Theme.objects.create(key=f"own-{number}", name="Own", position=number)
    restore(Path(sys.argv[1]))
    faults = [fault for fault in map(verification.verify, verification.chains()) if fault]
    make(Path(sys.argv[2]))
    sys.exit(str(faults) if faults else 0)
