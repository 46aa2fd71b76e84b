"""The types of events about results and targets."""

from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic
from compliance.audit.payloads import Day, Hash, Side


class _Targets(Side, total=False):
    scale: Required[str]
    levels: Required[dict[str, int]]
    """Group to level, of the groups that have a target."""
    holds_by: Day | None


class _Exported(Side, total=False):
    format: Required[str]
    sha256: Required[Hash]


TARGETS_SET = EventType(
    "targets.set",
    _("targets set"),
    subject="assessment",
    topic=Topic.ASSESSMENT,
    before=_Targets,
    after=_Targets,
    prepares=Prepares.NOTHING,
)
TARGETS_SET_FOR_ALL = EventType(
    "targets.set_for_all",
    _("targets set for every assessment"),
    subject="checklist",
    topic=Topic.ASSESSMENT,
    before=_Targets,
    after=_Targets,
    prepares=Prepares.NOTHING,
)
RESULT_EXPORTED = EventType(
    "result.exported",
    _("result downloaded"),
    subject="assessment",
    topic=Topic.REPORT,
    after=_Exported,
    prepares=Prepares.NOTHING,
)
