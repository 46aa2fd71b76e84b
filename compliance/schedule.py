"""The schedule: everything that Attest does by itself at set times."""

from django.conf import settings

from compliance.ground.web import carrier, clock, leases, worker
from compliance.ground.web.clock import Look
from compliance.identity.sign_on.actions import look_again
from compliance.identity.webhooks.tasks import queue_due as queue_messages
from compliance.operations.closing.tasks import queue_due as queue_deletions
from compliance.proof.audit.checkpoints import checkpoint_due
from compliance.reporting.calendar.tasks import queue_due as queue_digests


def looks() -> list[Look]:
    """The looks for work, and how often. Where there is nothing to do, a look asks and ends."""
    found = [
        Look("reminders", queue_digests),
        Look("closing", queue_deletions),
        Look("domains", look_again),
        Look("webhooks", queue_messages, seconds=5),
    ]
    if settings.CHECKPOINT_MINUTES:
        found.append(Look("trail", checkpoint_due))
    if settings.TASKS_URL:
        found.append(Look("workers", _sweep, seconds=5))
        found.append(Look("leases", leases.forget_ended, seconds=60 * 60))
    return found


def start_if_wanted() -> None:
    """Start the clocks, unless the workers on other machines alone have them."""
    if settings.RUN_WORKER or not settings.TASKS_URL:
        for look in looks():
            clock.start(look)


def _sweep() -> None:
    """Put back the jobs of killed workers, and announce to the others what is due."""
    worker.take_up_again()
    carrier.call_workers()
