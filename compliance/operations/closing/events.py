"""The types of events about the archive of an organisation, and about its closing."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Side


class _File(Side, total=False):
    sha256: Required[Hash]
    size_bytes: int


class _Closing(Side, total=False):
    closes_at: Required[str]


class _Failed(Side, total=False):
    problem: Required[str]


_archive = partial(EventType, topic=Topic.REPORT, prepares=Prepares.NOTHING, subject="archive")

ARCHIVE_ASKED = _archive("archive.asked", _("archive of the organisation requested"))
ARCHIVE_MADE = _archive("archive.made", _("archive of the organisation made"), after=_File)
ARCHIVE_FAILED = _archive("archive.failed", _("archive of the organisation not made"), after=_Failed)
ARCHIVE_CANCELLED = _archive("archive.cancelled", _("archive of the organisation cancelled"))
ARCHIVE_DOWNLOADED = _archive("archive.downloaded", _("archive of the organisation downloaded"), after=_File)

_closing = partial(EventType, topic=Topic.PEOPLE, prepares=Prepares.NOTHING, subject="organisation")

ORGANISATION_CLOSED = _closing(
    "organisation.closed",
    _("closing of the organisation requested"),
    after=_Closing,
)
ORGANISATION_KEPT = _closing("organisation.kept", _("closing of the organisation stopped"), before=_Closing)
ORGANISATION_POSTPONED = _closing(
    "organisation.postponed",
    _("deletion of the organisation postponed"),
    before=_Closing,
    after=_Closing,
)
