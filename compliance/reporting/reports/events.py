"""The types of events about reports."""

from functools import partial
from typing import Literal, Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Sending, Side


class _Report(Side, total=False):
    number: Required[int]


class _Asked(_Report, total=False):
    kind: Required[str]
    extract: str
    clauses: bool
    as_of: int
    revision: int


class _Made(_Report, total=False):
    content_hash: Required[Hash]
    sha256: Required[Hash]
    sealed_with: Required[Hash | Literal[""]]
    head_seq: int
    """The newest event when its answers were read: later ones came while it was laid out."""


class _Sent(_Report, total=False):
    to: Required[list[int]]
    sending: Sending


class _Failed(_Report, total=False):
    problem: Required[str]


_report = partial(EventType, topic=Topic.REPORT, prepares=Prepares.NOTHING, subject="report")

REPORT_ASKED = _report("report.asked", _("report requested"), after=_Asked)
REPORT_MADE = _report("report.made", _("report made"), after=_Made)
REPORT_FAILED = _report("report.failed", _("report not made"), after=_Failed)
REPORT_CANCELLED = _report("report.cancelled", _("report cancelled"), after=_Report)
REPORT_SENT = _report("report.sent", _("report sent by mail"), after=_Sent)
