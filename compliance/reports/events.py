"""The types of events about reports and about exports of an assessment as one file."""

from functools import partial
from typing import Literal, Required

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic
from compliance.audit.payloads import Hash, Side, Words


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


class _Failed(_Report, total=False):
    problem: Required[str]


class _Package(Side, total=False):
    kind: Required[str]


class _PackageFile(_Package, total=False):
    sha256: Required[Hash]
    size_bytes: int
    content_hash: Hash


class _PackageFailed(_Package, total=False):
    problem: Required[str]


class _Letterhead(Side, total=False):
    colour: Required[str]
    mark: Required[Words]
    footer: Required[Words]
    logo: Required[Hash | Literal[""]]


_type = partial(EventType, topic=Topic.REPORT, prepares=Prepares.NOTHING)
_report = partial(_type, subject="report")
_package = partial(_type, subject="package")

REPORT_ASKED = _report("report.asked", _("report requested"), after=_Asked)
REPORT_MADE = _report("report.made", _("report made"), after=_Made)
REPORT_FAILED = _report("report.failed", _("report not made"), after=_Failed)
REPORT_CANCELLED = _report("report.cancelled", _("report cancelled"), after=_Report)
PACKAGE_ASKED = _package("package.asked", _("export requested"), after=_Package)
PACKAGE_MADE = _package("package.made", _("export made"), after=_PackageFile)
PACKAGE_FAILED = _package("package.failed", _("export not made"), after=_PackageFailed)
PACKAGE_CANCELLED = _package("package.cancelled", _("export cancelled"), after=_Package)
PACKAGE_DOWNLOADED = _package(
    "package.downloaded", _("export downloaded"), after=_PackageFile
)
LETTERHEAD_SET = _type(
    "letterhead.set",
    _("look of reports set"),
    subject="organisation",
    before=_Letterhead,
    after=_Letterhead,
)
