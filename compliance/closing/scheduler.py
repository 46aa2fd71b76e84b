"""The clock of closing: it queues the deletion of organisations that are due."""

from compliance.closing.tasks import queue_due
from compliance.web import clock


def start() -> None:
    """Start the clock; where nobody closes anything, it asks two questions and is done."""
    clock.start("closing", queue_due)
