"""Permission to cancel a report."""

from collections.abc import Set as AbstractSet

from compliance.organisations.access import Permission
from compliance.organisations.models import User
from compliance.reports.models import Report


def may_cancel(report: Report, user: User, may: AbstractSet[str]) -> bool:
    """The person who asked for it may cancel it, and those who run the assessment."""
    if Permission.REPORT not in may:
        return False
    return report.asked_by_id == user.pk or Permission.ASSESS in may
