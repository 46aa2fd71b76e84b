"""Tasks of the worker for archives of organisations."""

from uuid import UUID

from django.tasks import TaskContext, task

from compliance.audit.transaction import writing
from compliance.closing import actions
from compliance.closing.models import Archive
from compliance.organisations.models import Organisation, User
from compliance.reports.tasks import MOST_TRIES


@task(takes_context=True)
def make_archive(context: TaskContext, archive_id: str) -> None:
    """Make the file; safe to run again when a worker died in the middle of it."""
    if context.attempt > MOST_TRIES:
        actions.give_up(UUID(archive_id))
    else:
        actions.make_archive(UUID(archive_id))


def ask_archive(*, by: User, organisation: Organisation) -> Archive:
    """An archive that is asked for and queued: both or neither."""
    with writing():
        archive, is_new = actions.ask_archive(by=by, organisation=organisation)
        if is_new:
            make_archive.enqueue(str(archive.pk))
    return archive
