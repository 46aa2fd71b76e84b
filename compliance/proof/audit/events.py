"""The types of events about the trail itself."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.chain_check import ERASING
from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Side


class _Exported(Side, total=False):
    form: Required[str]
    chosen: Required[str]


class _Erased(Side, total=False):
    events: Required[dict[str, list[str]]]
    there: dict[str, dict[str, list[str]]]


_type = partial(EventType, topic=Topic.TRAIL, prepares=Prepares.NOTHING)

TRAIL_EXPORTED = _type(
    "trail.exported",
    _("trail downloaded"),
    subject="organisation",
    after=_Exported,
)
TRAIL_ENDED = _type(
    "trail.ended",
    _("deletion of the organisation and this trail begun"),
    subject="organisation",
)
TRAIL_ERASED = _type(ERASING, _("data of a person erased"), subject="user", after=_Erased)
