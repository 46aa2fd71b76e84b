"""What the worker does for reports."""

from uuid import UUID

from django.db import transaction
from django.tasks import task

from compliance.assessments.models import Assessment
from compliance.interchange.models import Package, PackageKind
from compliance.organisations.models import User
from compliance.reports import actions, packages
from compliance.reports.kinds import FULL, NOW, State, Wanted
from compliance.reports.models import Report


@task()
def make_report(report_id: str) -> None:
    """Make the report; safe to run again when a worker died in the middle of it."""
    actions.make_report(UUID(report_id))


def ask(
    *,
    by: User,
    assessment: Assessment,
    wanted: Wanted = FULL,
    state: State = NOW,
) -> Report:
    """A report that is asked for and queued: both or neither."""
    with transaction.atomic():
        report = actions.ask_report(
            by=by, assessment=assessment, wanted=wanted, state=state
        )
        make_report.enqueue(str(report.pk))
    return report


@task()
def make_package(package_id: str) -> None:
    """Make the file; safe to run again when a worker died in the middle of it."""
    packages.make_package(UUID(package_id))


def ask_package(*, by: User, assessment: Assessment, kind: PackageKind) -> Package:
    """A bundle or audit pack that is asked for and queued: both or neither."""
    with transaction.atomic():
        package = packages.ask_package(by=by, assessment=assessment, kind=kind)
        make_package.enqueue(str(package.pk))
    return package
