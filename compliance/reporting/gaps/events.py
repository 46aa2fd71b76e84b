"""The type of event about gaps."""

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.reporting.results.events import Exported

GAPS_EXPORTED = EventType(
    "gaps.exported",
    _("gaps with their actions downloaded"),
    subject="organisation",
    after=Exported,
    topic=Topic.REPORT,
    prepares=Prepares.NOTHING,
)
