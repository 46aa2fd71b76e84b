"""Tasks of the worker for digests, and the look that queues them."""

from django.tasks import task
from django.utils import timezone

from compliance.ground.web.mail import is_printed
from compliance.ground.web.queues import BEHIND
from compliance.proof.audit.transaction import writing
from compliance.reporting.calendar.actions.reminders import begin, mail_digest, take_turn
from compliance.reporting.calendar.models import Reminders


@task(priority=BEHIND)
def send_digest(reminders_id: int) -> str:
    """Write the digest of one person, and say whether there was anything new."""
    return mail_digest(reminders_id=reminders_id)


def queue_due() -> int:
    """Queue the digests whose moment has come; how many. None without a mail server.

    The next moment is set with the task, in one transaction: however many processes look
    at once, and wherever one dies, each digest is queued once.
    """
    if is_printed():
        return 0
    now = timezone.now()
    begin(now)
    queued = 0
    waiting = Reminders.objects.waiting(now).order_by("next_at", "pk")
    for pk in waiting.values_list("pk", flat=True):
        with writing():
            if take_turn(reminders_id=pk, now=now):
                send_digest.enqueue(pk)
                queued += 1
    return queued
