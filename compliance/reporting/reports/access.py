"""Permissions beside the table: whose reports one sees, and who cancels one."""

from collections.abc import Set as AbstractSet

from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import Organisation, User
from compliance.reporting.reports.models import Report, ReportQuerySet, reports_of


def reports_for(organisation: Organisation, may: AbstractSet[str]) -> ReportQuerySet:
    """The reports that a member sees: working papers only who deals with auditors."""
    rows = reports_of(organisation)
    return rows if Permission.SEATS in may else rows.filter(seat=None)


def may_cancel(report: Report, user: User, may: AbstractSet[str]) -> bool:
    """The person who asked for it may cancel it, and those who run the assessment."""
    if Permission.REPORT not in may:
        return False
    return report.asked_by_id == user.pk or Permission.ASSESS in may


def readers_of(report: Report) -> list[User]:
    """The members who see a report, by name."""
    need = Permission.SEATS if report.seat_id else Permission.REPORT
    return who_may(report.assessment.organisation, need)
