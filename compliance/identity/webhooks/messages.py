"""A message to a webhook: which event it was, and no word that people wrote.

A program that wants more asks the programming interface, with a token of its own rights.
"""

import json
from typing import Any

from compliance.identity.webhooks.models import Delivery
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event

TEST = "webhook.test"
"""The type of a message that says nothing happened."""


def body_of(delivery: Delivery) -> bytes:
    """The body as it is sent; of one event it is the same with each try."""
    organisation = delivery.webhook.organisation
    data: dict[str, Any] = {"organisation": organisation.slug}
    if delivery.seq is None:
        at = delivery.queued_at
    else:
        event = Event.objects.get(organisation_id=organisation.pk, seq=delivery.seq)
        at = event.at
        data |= {
            "seq": event.seq,
            "subject": {"type": event.subject_label, "id": event.subject_id},
            "assessment": str(event.scope_id) if event.scope_id else None,
            "token": trail.token_of(event),
            "hash": event.hash,
        }
    message = {"type": delivery.action, "timestamp": at.isoformat(), "data": data}
    return json.dumps(message, separators=(",", ":")).encode()
