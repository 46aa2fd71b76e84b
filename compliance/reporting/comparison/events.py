"""The type of event about comparisons."""

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.reporting.results.events import Exported

COMPARISON_EXPORTED = EventType(
    "comparison.exported",
    _("comparison downloaded"),
    subject="assessment",
    after=Exported,
    topic=Topic.REPORT,
    prepares=Prepares.NOTHING,
)
