"""The types of events about calendars and reminders."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Side


class _Ended(Side, total=False):
    user_id: Required[int]


class _Rules(Side, total=False):
    rhythm: Required[str]
    escalate_days: Required[int | None]


class _Escalated(_Ended, total=False):
    days: Required[int]
    count: Required[int]


class _Made(_Ended, total=False):
    is_own_only: Required[bool]


_type = partial(EventType, topic=Topic.PEOPLE, prepares=Prepares.NOTHING)

FEED_MADE = _type("feed.made", _("calendar address made"), subject="feed", after=_Made)
FEED_ENDED = _type("feed.ended", _("calendar address taken back"), subject="feed", before=_Ended)
REMINDERS_SET = _type("reminders.set", _("reminders set"), subject="rules", before=_Rules, after=_Rules)
REMINDERS_ESCALATED = _type(
    "reminders.escalated",
    _("late work reported to an officer"),
    subject="organisation",
    after=_Escalated,
)
