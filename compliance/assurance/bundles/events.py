"""The type of event about an assessment that leaves as a bundle."""

from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Side


class _Bundled(Side, total=False):
    bundle: Required[Hash]
    content_hash: Required[Hash]


ASSESSMENT_BUNDLED = EventType(
    "assessment.bundled",
    _("bundle written"),
    subject="assessment",
    after=_Bundled,
    topic=Topic.ASSESSMENT,
    prepares=Prepares.NOTHING,
)
