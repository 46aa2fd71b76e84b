"""The types of events about webhooks."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Sending, Side, Words


class _Webhook(Side, total=False):
    title: Required[Words]
    topics: Required[str]


class _Made(_Webhook, total=False):
    sending: Sending


_type = partial(
    EventType,
    topic=Topic.PEOPLE,
    prepares=Prepares.NOTHING,
    subject="webhook",
    writes="webhook",
)

WEBHOOK_MADE = _type("webhook.made", _("webhook made"), after=_Made)
WEBHOOK_SECRET_CHANGED = _type("webhook.secret_changed", _("secret of a webhook changed"), after=_Webhook)
WEBHOOK_ENDED = _type("webhook.ended", _("webhook ended"), before=_Webhook)
