"""The types of events about evidence; ``assessments`` has those of its use."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.content.evidence.fields import DATES
from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Day, Hash, Id, Sending, Side, Words, side

_WORDS = {"title": Words} | dict.fromkeys(DATES, Day | None)
_Described = side("_Described", _WORDS)
_Added = side(
    "_Added",
    _WORDS
    | {
        "file_name": Words,
        "media_type": str,
        "size_bytes": int,
        "sha256": Hash,
        "url": Words,
        "replaces": Id,
        "sending": Sending,
    },
)


class _Refused(Side, total=False):
    file_name: Required[Words]
    sha256: Required[Hash]
    found: Required[str]


_type = partial(EventType, subject="evidence", topic=Topic.EVIDENCE, prepares=Prepares.NOTHING)

EVIDENCE_ADDED = _type("evidence.added", _("evidence received"), after=_Added, writes="evidence")
EVIDENCE_DESCRIBED = _type(
    "evidence.described",
    _("evidence described"),
    prepares=Prepares.USES,
    before=_Described,
    after=_Described,
    voids=True,
    writes="evidence",
)
EVIDENCE_REFUSED = _type(
    "evidence.refused",
    _("file refused: virus found"),
    subject="organisation",
    after=_Refused,
)
