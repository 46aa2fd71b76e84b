"""What the worker does for reports."""

from uuid import UUID

from django.db import transaction
from django.tasks import TaskContext, task

from compliance.assessments.models import Assessment
from compliance.interchange.models import Package, PackageKind
from compliance.organisations.models import User
from compliance.reports import actions, packages
from compliance.reports.kinds import FULL, NOW, State, Wanted
from compliance.reports.models import Report

MOST_TRIES = 3
"""How often a file is begun: what kills its worker each time would do so for ever."""


@task(takes_context=True)
def make_report(context: TaskContext, report_id: str) -> None:
    """Make the report; safe to run again when a worker died in the middle of it."""
    if context.attempt > MOST_TRIES:
        actions.give_up(UUID(report_id))
    else:
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


@task(takes_context=True)
def make_package(context: TaskContext, package_id: str) -> None:
    """Make the file; safe to run again when a worker died in the middle of it."""
    if context.attempt > MOST_TRIES:
        packages.give_up(UUID(package_id))
    else:
        packages.make_package(UUID(package_id))


def ask_package(*, by: User, assessment: Assessment, kind: PackageKind) -> Package:
    """A bundle or audit pack that is asked for and queued: both or neither."""
    with transaction.atomic():
        package = packages.ask_package(by=by, assessment=assessment, kind=kind)
        make_package.enqueue(str(package.pk))
    return package
