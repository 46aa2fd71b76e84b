"""Removing files from a bucket that no report has."""

import time

from compliance.ground.web import file_store
from compliance.reporting.reports import storage
from compliance.reporting.reports.actions import is_known
from compliance.reporting.reports.models import Report

DAY_SECONDS = 24 * 60 * 60


def sweep(*, older_seconds: float = DAY_SECONDS) -> int:
    """How many files were taken out of the bucket: without a row, and a day old.

    On a disk their workplaces name them; a machine that died for good took its own along.
    Raises ``AwayError``.
    """
    if not file_store.is_remote():
        return 0
    before, gone = time.time() - older_seconds, 0
    old = file_store.older(storage.folder(), "*.pdf", before)
    rows = Report.objects.exclude(sha256="")
    named = set(rows.values_list("sha256", flat=True))
    for path in old:
        is_ours = path.stem not in named and file_store.may_be_there(path)
        if is_ours and not is_known(path.name):  # a row may have come meanwhile
            file_store.delete([path])
            gone += 1
    return gone
