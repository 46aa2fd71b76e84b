"""``python -m tests.backups.restored FILE``: brings a backup in, and checks each chain."""

import os
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
django.setup()

from compliance.audit import trail  # noqa: E402
from compliance.backups.restoring import restore  # noqa: E402

if __name__ == "__main__":
    restore(Path(sys.argv[1]))
    faults = [fault for fault in map(trail.verify, trail.chains()) if fault]
    sys.exit(str(faults) if faults else 0)
