"""Deleting files that no row needs."""

import time

from compliance.evidence import storage
from compliance.evidence.models import Evidence
from compliance.web import file_store

DAY_SECONDS = 24 * 60 * 60


def sweep(*, older_seconds: float = DAY_SECONDS) -> int:
    """How many files were taken away: unfinished, or without a row, and a day old."""
    gone, before = 0, time.time() - older_seconds
    for organisation_id in storage.organisations_with_files():
        with storage.old_files(organisation_id, before) as paths:
            rows = Evidence.objects.filter(organisation_id=organisation_id)
            needed = set(rows.exclude(sha256="").values_list("sha256", flat=True))
            orphans = [path for path in paths if path.name not in needed]
            file_store.delete(orphans)
            gone += len(orphans)
    return gone
