"""The type of event about the letterhead."""

from typing import Literal, Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Side, Words


class _Letterhead(Side, total=False):
    colour: Required[str]
    mark: Required[Words]
    footer: Required[Words]
    logo: Required[Hash | Literal[""]]


LETTERHEAD_SET = EventType(
    "letterhead.set",
    _("look of reports set"),
    topic=Topic.REPORT,
    prepares=Prepares.NOTHING,
    subject="organisation",
    before=_Letterhead,
    after=_Letterhead,
)
