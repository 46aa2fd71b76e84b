"""The type of event about checklists as files."""

from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Side


class _File(Side, total=False):
    format: Required[str]
    sha256: Required[Hash]


EDITION_EXPORTED = EventType(
    "edition.exported",
    _("edition downloaded"),
    subject="edition",
    after=_File,
    topic=Topic.CHECKLIST,
    prepares=Prepares.NOTHING,
)
