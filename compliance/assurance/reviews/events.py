"""The types of events about reviews and signatures."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Moment, Side, Words


class _Status(Side, total=False):
    status: Required[str]


class _Revised(Side, total=False):
    revision: Required[int]


class _Sent(_Status, _Revised, total=False):
    content_hash: Required[Hash]


class _Returned(_Status, _Revised, total=False):
    returned: Required[list[str]]
    said: Required[Words]


class _Signed(_Sent, total=False):
    rows_hash: Required[Hash]
    statement: Required[Words]
    reservations: Required[Words]
    role: Required[Words]
    signer: Required[Words]
    stood_at: Required[Moment]
    signed_at: Required[Moment]
    method: Required[str]
    passkey: Words
    provider: Words


class _Asked(_Revised, total=False):
    said: Required[Words]


class _Declined(_Revised, total=False):
    changed: Required[list[Words]]


class _Stood(_Status, _Revised, total=False):
    """The state that was signed, and its revision."""


class _Reopened(_Sent, _Asked, _Declined, total=False):
    """The next revision, with what had changed of the one that was signed."""


_assessment = partial(
    EventType,
    subject="assessment",
    topic=Topic.ASSESSMENT,
    prepares=Prepares.NOTHING,
)

ASSESSMENT_SENT = _assessment(
    "assessment.sent",
    _("sent for review"),
    before=_Status,
    after=_Sent,
    writes="assessment",
)
ASSESSMENT_RETURNED = _assessment(
    "assessment.returned",
    _("returned for changes"),
    before=_Status,
    after=_Returned,
    writes="assessment",
)
ASSESSMENT_SIGNED = _assessment(
    "assessment.signed",
    _("signed"),
    before=_Status,
    after=_Signed,
    writes="assessment",
)
REOPENING_ASKED = _assessment(
    "assessment.reopening_asked",
    _("reopening requested"),
    after=_Asked,
    writes="reopening",
)
REOPENING_DECLINED = _assessment(
    "assessment.reopening_declined",
    _("reopening declined"),
    after=_Declined,
    writes="reopening",
)
ASSESSMENT_REOPENED = _assessment(
    "assessment.reopened",
    _("reopened"),
    before=_Stood,
    after=_Reopened,
    writes="assessment",
)
