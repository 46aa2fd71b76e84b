"""Deleting files that no row needs."""

import time
from pathlib import Path
from uuid import UUID

from compliance.content.evidence import storage
from compliance.content.evidence.actions.resuming import sweep_uploads
from compliance.content.evidence.models import Evidence
from compliance.ground.web import file_store
from compliance.identity.organisations.models import Organisation
from compliance.proof.audit.transaction import writing

DAY_SECONDS = 24 * 60 * 60


def sweep(*, older_seconds: float = DAY_SECONDS) -> int:
    """How many files were taken away: unfinished, or without a row, and a day old."""
    gone, before = sweep_uploads(), time.time() - older_seconds
    for organisation_id in storage.organisations_with_files():
        with storage.old_files(organisation_id, before) as paths:
            if orphans := _orphans(organisation_id, paths):
                gone += _remove(organisation_id, orphans)
    return gone


def _remove(organisation_id: UUID, orphans: list[Path]) -> int:
    """Remove those that are still orphans, while nobody writes a row of the organisation.

    An upload of a file that was there already looks for it again under the same lock.
    """
    with writing():
        rows = Organisation.objects.select_for_update(no_key=True)
        list(rows.filter(pk=organisation_id))
        gone = _orphans(organisation_id, orphans)
        file_store.delete(gone)
    return len(gone)


def _orphans(organisation_id: UUID, paths: list[Path]) -> list[Path]:
    rows = Evidence.objects.filter(organisation_id=organisation_id)
    needed = set(rows.exclude(sha256="").values_list("sha256", flat=True))
    return [path for path in paths if path.name not in needed]
