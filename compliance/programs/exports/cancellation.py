"""Cancels the files in the making of people who may no longer ask for them."""

from collections.abc import Collection
from typing import Any

from compliance.assurance.bundles.models import Package, PackageKind, PackageStatus
from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.models import Membership, User
from compliance.programs.exports.actions import cancel_package
from compliance.reporting.reports.actions import cancel_report
from compliance.reporting.reports.models import Report, ReportStatus

_NEEDS = {PackageKind.BUNDLE: Permission.ASSESS, PackageKind.PACK: Permission.TRAIL}


def end_jobs(
    *,
    by: User | None,
    membership: Membership,
    kept: Collection[Permission],
    **_: Any,
) -> None:
    """Cancel the files of someone who kept only some rights, or none.

    All are locked before the first is cancelled: whoever makes one ends it the same way.
    """
    asked = {
        "asked_by": membership.user_id,
        "assessment__organisation": membership.organisation_id,
    }
    lost = [kind for kind, needed in _NEEDS.items() if needed not in kept]
    packages = Package.objects.filter(
        status=PackageStatus.WAITING,
        kind__in=lost,
        **asked,
    )
    reports = Report.objects.none()
    if Permission.REPORT not in kept:
        reports = Report.objects.filter(status=ReportStatus.WAITING, **asked)
    found = list(packages.select_for_update(of=("self",)).order_by("pk"))
    made = list(reports.select_for_update(of=("self",)).order_by("pk"))
    for package in found:
        cancel_package(by=by, package=package)
    for report in made:
        if report.package_id not in {package.pk for package in found}:
            cancel_report(by=by, report=report)
