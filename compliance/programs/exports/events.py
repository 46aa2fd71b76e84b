"""The types of events about exports of an assessment as one file."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Side


class _Package(Side, total=False):
    kind: Required[str]


class _PackageFile(_Package, total=False):
    sha256: Required[Hash]
    size_bytes: int
    content_hash: Hash


class _PackageFailed(_Package, total=False):
    problem: Required[str]


_package = partial(EventType, topic=Topic.REPORT, prepares=Prepares.NOTHING, subject="package")

PACKAGE_ASKED = _package("package.asked", _("export requested"), after=_Package)
PACKAGE_MADE = _package("package.made", _("export made"), after=_PackageFile)
PACKAGE_FAILED = _package("package.failed", _("export not made"), after=_PackageFailed)
PACKAGE_CANCELLED = _package("package.cancelled", _("export cancelled"), after=_Package)
PACKAGE_DOWNLOADED = _package("package.downloaded", _("export downloaded"), after=_PackageFile)
