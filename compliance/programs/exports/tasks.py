"""Tasks of the worker for exports."""

from uuid import UUID

from django.tasks import TaskContext, task

from compliance.assurance.bundles.models import Package, PackageKind
from compliance.identity.organisations.models import User
from compliance.programs.exports import actions
from compliance.proof.audit.transaction import writing
from compliance.reporting.reports.tasks import MOST_TRIES
from compliance.work.assessments.models import Assessment


@task(takes_context=True)
def make_package(context: TaskContext, package_id: str) -> None:
    """Make the file; safe to run again when a worker died in the middle of it."""
    if context.attempt > MOST_TRIES:
        actions.give_up(UUID(package_id))
    else:
        actions.make_package(UUID(package_id))


def ask_package(*, by: User, assessment: Assessment, kind: PackageKind) -> Package:
    """A bundle or audit pack that is asked for and queued: both or neither."""
    with writing():
        package = actions.ask_package(by=by, assessment=assessment, kind=kind)
        make_package.enqueue(str(package.pk))
    return package
