"""The clock of reminders: it queues the digests that are due."""

from compliance.calendar.tasks import queue_due
from compliance.web import clock


def start() -> None:
    """Start the clock; where no mail server is set, it finds nothing to do."""
    clock.start("reminders", queue_due)
