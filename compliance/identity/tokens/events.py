"""The types of events about tokens."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Moment, Sending, Side, Words


class _Token(Side, total=False):
    title: Required[Words]
    user_id: Required[int | None]
    scopes: Required[str]
    expires_at: Required[Moment]


class _Made(_Token, total=False):
    sending: Sending


_type = partial(
    EventType,
    topic=Topic.PEOPLE,
    prepares=Prepares.NOTHING,
    subject="token",
    writes="token",
)

TOKEN_MADE = _type("token.made", _("token for programs made"), after=_Made)
TOKEN_ENDED = _type("token.ended", _("token for programs taken back"), before=_Token)
