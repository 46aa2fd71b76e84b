"""Tasks of the worker: archives of organisations, and their deletion."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.tasks import TaskContext, TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.queues import BEHIND
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.closing import actions, deletion, grace
from compliance.operations.closing.models import Archive
from compliance.proof.audit.transaction import writing
from compliance.reporting.reports.tasks import MOST_TRIES

PAUSE = timedelta(hours=1)
"""Before a deletion that was refused is tried again: all is read for it."""


@task(takes_context=True)
def make_archive(context: TaskContext, archive_id: str) -> None:
    """Make the file; safe to run again after a worker died in the middle of it."""
    if context.attempt > MOST_TRIES:
        actions.give_up(UUID(archive_id))
    else:
        actions.make_archive(UUID(archive_id))


def ask_archive(*, by: User, organisation: Organisation) -> Archive:
    """Request an archive and queue its job: both or neither."""
    with writing():
        archive, is_new = actions.ask_archive(by=by, organisation=organisation)
        if is_new:
            make_archive.enqueue(str(archive.pk))
    return archive


@task(priority=BEHIND)
def delete_organisation(organisation_id: str) -> None:
    """Delete one whose days of grace are over; after a kill the next worker goes on."""
    deletion.delete(UUID(organisation_id))


def queue_due() -> int:
    """Queue the deletion of what is due and not queued yet; how many.

    Where the last day went by without one, the days of grace begin again instead.
    """
    for organisation in grace.missed():
        grace.postpone(organisation)
    queued = 0
    for organisation_id in map(str, deletion.due()):
        with writing():
            jobs = DBTaskResult.objects.filter(
                task_path=delete_organisation.module_path,
                args_kwargs__args__0=organisation_id,
            )
            running = Q(status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING])
            refused = Q(
                exception_class_path__endswith=deletion.RefusedError.__qualname__,
                finished_at__gt=timezone.now() - PAUSE,
            )
            if not jobs.filter(running | refused).exists():
                delete_organisation.enqueue(organisation_id)
                queued += 1
    return queued
