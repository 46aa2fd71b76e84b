"""The types of events about evidence by itself; ``assessments`` has those of its use."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic

_type = partial(
    EventType, subject="evidence", topic=Topic.EVIDENCE, prepares=Prepares.NOTHING
)

EVIDENCE_ADDED = _type("evidence.added", _("evidence received"))
EVIDENCE_DESCRIBED = _type(
    "evidence.described",
    _("evidence described"),
    prepares=Prepares.USES,
    voids=True,
)
EVIDENCE_REFUSED = _type(
    "evidence.refused", _("file refused: virus found"), subject="organisation"
)
