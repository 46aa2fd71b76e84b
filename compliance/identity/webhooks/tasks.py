"""The task that sends to one webhook, and the look that queues it."""

from uuid import UUID

from django.tasks import task
from django.utils import timezone

from compliance.ground.web.queues import QUICK
from compliance.identity.webhooks.actions import send_due, take_turn, take_up
from compliance.identity.webhooks.models import Webhook
from compliance.proof.audit.transaction import writing


@task(priority=5, queue_name=QUICK)
def send_to_webhook(webhook_id: str) -> int:
    """Send what is due to one webhook: behind mail, before reports."""
    return send_due(webhook_id=UUID(webhook_id))


def queue_due() -> int:
    """Queue a turn of each webhook with something to send; how many.

    However many processes look at once, a turn is queued once, and again where nobody
    did it in time.
    """
    queued = 0
    due = Webhook.objects.with_work(timezone.now()).order_by("next_at")
    for pk in list(due.values_list("pk", flat=True)):
        take_up(webhook_id=pk)
        with writing():
            if take_turn(webhook_id=pk):
                send_to_webhook.enqueue(str(pk))
                queued += 1
    return queued
