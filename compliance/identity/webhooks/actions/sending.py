"""Sending events to webhooks: each at least once, whoever dies on the way.

The trail is the outbox: an event and its change are one transaction, and the chain of an
organisation has no gaps, so a number says how far a webhook has got. ``take_up`` makes
deliveries of what follows; each is claimed before it is sent, and what a killed worker
had claimed is due again after ``LEASE``.
"""

import logging
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from compliance.ground.web.outgoing import AddressRefusedError, CallFailedError, call
from compliance.identity.webhooks.actions.keeping import ENDED, end_webhook
from compliance.identity.webhooks.choices import State
from compliance.identity.webhooks.messages import TEST, body_of
from compliance.identity.webhooks.models import Delivery, Webhook, has_come
from compliance.identity.webhooks.signing import hash_of_secret, secrets_of, signature
from compliance.proof.audit.event_types import every
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing

logger = logging.getLogger(__name__)

PAUSES = (5, 30, 120, 600, 3600, 4 * 3600, 8 * 3600)
"""Seconds before the next try, by how many have failed; the last one repeats."""
GIVE_UP = timedelta(days=3)
"""From the moment it was queued; a person can send it again."""
KEPT = timedelta(days=30)
"""The time for which the log has a delivery."""
LEASE = timedelta(minutes=2)
"""Longer than a turn: after it, a worker that took a delivery or a turn is dead."""
TURN_SECONDS = 30
"""The longest time one webhook has the worker at a stretch."""
MOST_WAITING = 100
"""Deliveries of one webhook that wait; the rest stays in the trail."""
_SCANNED = 1000
"""Events looked at together."""
GONE = 410


def take_up(*, webhook_id: UUID) -> int:
    """Make deliveries of the events behind ``reached``; how many."""
    with writing():
        rows = Webhook.objects.standing().select_for_update(of=("self",))
        webhook = rows.filter(pk=webhook_id).first()
        if webhook is None:
            return 0
        waiting = webhook.deliveries.filter(state=State.WAITING).count()
        topics, new = set(webhook.chosen), list[Delivery]()
        wanted = {one.name for one in every() if one.topic in topics}
        events = Event.objects.filter(
            organisation_id=webhook.organisation_id, seq__gt=webhook.reached
        ).order_by("seq")
        for seq, action in events.values_list("seq", "action")[:_SCANNED]:
            if waiting + len(new) >= MOST_WAITING:
                break
            webhook.reached = seq
            if action in wanted:
                new.append(Delivery(webhook=webhook, seq=seq, action=action))
        Delivery.objects.bulk_create(new)
        webhook.save(update_fields=["reached"])
    return len(new)


def take_turn(*, webhook_id: UUID) -> bool:
    """Whether something is due and nobody else has the turn; then it is the caller's."""
    now = timezone.now()
    if not Delivery.objects.due(now).filter(webhook=webhook_id).exists():
        return False
    turn = Webhook.objects.standing().filter(has_come(now), pk=webhook_id)
    return bool(turn.update(next_at=now + LEASE))


def send_due(*, webhook_id: UUID) -> int:
    """Send what is due, untried first, until one fails or the turn is over; how many went.

    So one that a receiver never takes holds up no other, and a receiver that is down
    costs one call a turn.
    """
    until, sent = monotonic() + TURN_SECONDS, 0
    _forget_old(webhook_id)
    while monotonic() < until and (delivery := _claimed(webhook_id)):
        if not _send(delivery):
            return sent
        sent += 1
    Webhook.objects.filter(pk=webhook_id, failures=0).update(next_at=timezone.now())
    return sent


def send_test(*, webhook: Webhook) -> Delivery:
    """Send a message that says nothing happened, now; it is tried once.

    Where it arrives, what had failed before is due again, at the latest after ``LEASE``.
    Raises ``ValidationError`` where the webhook has ended.
    """
    if webhook.state:
        raise ValidationError(ENDED)
    now = timezone.now()
    delivery = Delivery.objects.create(
        webhook=webhook, action=TEST, tries=1, tried_at=now, next_at=now + LEASE
    )
    _send(delivery, seconds=3, whose=webhook.organisation_id)
    return delivery


def send_again(*, webhook: Webhook, delivery_id: int | None = None) -> int:
    """Queue what was given up once more: one delivery, or all; how many.

    Raises ``ValidationError`` where the webhook has ended.
    """
    if webhook.state:
        raise ValidationError(ENDED)
    rows = webhook.deliveries.filter(state=State.GIVEN_UP, seq__isnull=False)
    if delivery_id is not None:
        rows = rows.filter(pk=delivery_id)
    now = timezone.now()
    with writing():
        queued: int = rows.update(state=State.WAITING, queued_at=now, next_at=now, tries=0)
        if queued:
            Webhook.objects.filter(pk=webhook.pk).update(failures=0, next_at=now)
    return queued


def _claimed(webhook_id: UUID) -> Delivery | None:
    """A delivery that is due and that nobody else sends meanwhile."""
    while True:
        now = timezone.now()
        due = Delivery.objects.due(now).filter(webhook__in=Webhook.objects.standing().filter(pk=webhook_id))
        found = due.select_related("webhook__organisation").order_by("tries", "seq")
        if (delivery := found.first()) is None:
            return None
        mine = Delivery.objects.due(now).filter(pk=delivery.pk, tries=delivery.tries)
        delivery.tries += 1
        delivery.tried_at = now
        with writing():
            if mine.update(tries=delivery.tries, tried_at=now, next_at=now + LEASE):
                return delivery


def _send(delivery: Delivery, **of_call: Any) -> bool:
    """Call the receiver once, and keep what came of it; whether it took the message."""
    webhook = delivery.webhook
    delivery.status, delivery.problem = None, ""
    try:
        delivery.status = _called(delivery, **of_call)
    except (AddressRefusedError, CallFailedError) as error:
        delivery.problem = str(error)
    if delivery.status and 200 <= delivery.status < 300:
        _settle(delivery, State.DELIVERED)
        return True
    if delivery.seq is None:
        _settle(delivery, State.GIVEN_UP)
    else:
        _put_off(delivery)
    if delivery.status == GONE:
        end_webhook(by=None, webhook=webhook)
    return False


def _called(delivery: Delivery, **of_call: Any) -> int:
    """The HTTP status of one try."""
    webhook, now = delivery.webhook, timezone.now()
    body, timestamp = body_of(delivery), int(now.timestamp())
    newest, *before = (secrets_of(webhook.pk, one) for one in webhook.numbers(now))
    known = [one for one in newest if hash_of_secret(one) == webhook.secret_hash]
    if not known:
        msg = "The key that made its secret is missing from the keys folder: change the secret."
        raise CallFailedError(msg)
    for older in before:
        known += older  # only the hash of the newest is kept: it may be of any key
    signed = (signature(one, delivery.message_id, timestamp, body) for one in known)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Attest",
        "Webhook-Id": delivery.message_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(signed),
    }
    reply = call("POST", webhook.address, headers=headers, body=body, **of_call)
    return reply.status


def _settle(delivery: Delivery, state: State) -> None:
    delivery.state = state
    with writing():
        delivery.save(update_fields=["state", "status", "problem"])
        if state == State.DELIVERED:
            now = timezone.now()
            rows = Webhook.objects.filter(pk=delivery.webhook_id, failures__gt=0)
            rows.update(failures=0, next_at=now)
            if delivery.seq is None:
                put_off = Delivery.objects.filter(
                    webhook=delivery.webhook_id,
                    state=State.WAITING,
                    next_at__gt=now + LEASE,  # not what a worker sends right now
                )
                put_off.update(next_at=now)


def _put_off(delivery: Delivery) -> None:
    """Try it again after a pause, and its webhook, too; give up what is too old."""
    now = timezone.now()
    delivery.next_at = now + _pause(delivery.tries)
    with writing():
        delivery.save(update_fields=["status", "problem", "next_at"])
        rows = Webhook.objects.select_for_update(of=("self",))
        webhook = rows.get(pk=delivery.webhook_id)
        webhook.failures += 1
        webhook.next_at = now + _pause(webhook.failures)
        webhook.save(update_fields=["failures", "next_at"])
        late = webhook.deliveries.filter(state=State.WAITING, queued_at__lte=now - GIVE_UP)
        if given_up := late.update(state=State.GIVEN_UP):
            logger.warning("%s messages to a webhook were given up.", given_up)


def _pause(failures: int) -> timedelta:
    return timedelta(seconds=PAUSES[min(failures, len(PAUSES)) - 1])


def _forget_old(webhook_id: UUID) -> None:
    rows = Delivery.objects.filter(webhook=webhook_id).exclude(state=State.WAITING)
    rows.filter(queued_at__lt=timezone.now() - KEPT).delete()
