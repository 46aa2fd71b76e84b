"""Actions on webhooks: making and ending them, and sending what is due."""

from compliance.identity.webhooks.actions.keeping import change_secret, end_webhook, make_webhook
from compliance.identity.webhooks.actions.sending import (
    send_again,
    send_due,
    send_test,
    take_turn,
    take_up,
)

__all__ = [
    "change_secret",
    "end_webhook",
    "make_webhook",
    "send_again",
    "send_due",
    "send_test",
    "take_turn",
    "take_up",
]
