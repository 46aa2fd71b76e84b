"""The clock of webhooks: it queues what is to be sent."""

from compliance.web import clock
from compliance.webhooks.tasks import queue_due

SECONDS = 5


def start() -> None:
    """Start the clock; with no webhook it asks one question and is done."""
    clock.start("webhooks", queue_due, seconds=SECONDS)
