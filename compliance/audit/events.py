"""The types of events about the trail itself."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.audit.checking import ERASING
from compliance.audit.event_types import EventType, Prepares, Topic

_type = partial(EventType, topic=Topic.TRAIL, prepares=Prepares.NOTHING)

TRAIL_EXPORTED = _type(
    "trail.exported", _("trail taken as a file"), subject="organisation"
)
TRAIL_ERASED = _type(ERASING, _("data of a person erased"), subject="user")
