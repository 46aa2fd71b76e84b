"""Downloads of a bundle, recorded in the trail."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from compliance.assurance.bundles import bundle_export
from compliance.assurance.bundles.bundle_export import Listen, Record, Written
from compliance.assurance.bundles.events import ASSESSMENT_BUNDLED
from compliance.content.evidence.storage import refuse_no_space
from compliance.identity.organisations.models import User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing


def write_bundle(
    *,
    by: User | None,
    assessment_id: UUID,
    path: Path,
    listen: Listen | None = None,
) -> Written:
    """Write the bundle of an assessment to a file: whole, or not at all.

    Raises ``StorageError`` for evidence that is gone or damaged, and for a full disk.
    """
    record = bundle_export.read(assessment_id)
    with refuse_no_space(), whole(path) as file:
        written = bundle_export.write(record, file, listen)
    note(by=by, record=record, written=written)
    return written


def note(*, by: User | None, record: Record, written: Written) -> None:
    """Put on the trail that a bundle was written, and which."""
    with writing():
        trail.record(
            by=by,
            organisation_id=record.assessment.organisation_id,
            action=ASSESSMENT_BUNDLED,
            subject=record.assessment,
            scope_id=record.assessment.pk,
            after={"bundle": written.digest, "content_hash": written.content_hash},
        )


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its place at the end of the block, when that ends well."""
    handle, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
