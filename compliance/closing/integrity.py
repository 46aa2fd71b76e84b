"""Is all of an organisation as its trail says? Rows, files and trails from elsewhere, too."""

from collections.abc import Callable, Iterator
from uuid import UUID

from compliance.audit import tables, verification
from compliance.audit.chain_check import Fault
from compliance.bundles import origins
from compliance.evidence import against_disk as files
from compliance.reports import against_disk as reports
from compliance.results import figure_store
from compliance.reviews import signature_integrity

BEYOND: tuple[Callable[[UUID], Iterator[Fault]], ...] = (
    tables.faults,
    files.faults,
    reports.faults,
    signature_integrity.faults,
    origins.faults,
    figure_store.faults,
)
"""Checks beyond the chain itself."""


def first_fault(organisation_id: UUID) -> Fault | None:
    """The first fault in a chain or beyond it, as ``verify_trail`` finds it."""
    if fault := verification.verify(organisation_id):
        return fault
    found = (fault for faults in BEYOND for fault in faults(organisation_id))
    return next(found, None)
