"""The types of events about reports and about exports of an assessment as one file."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic

_type = partial(EventType, topic=Topic.REPORT, prepares=Prepares.NOTHING)
_report = partial(_type, subject="report")
_package = partial(_type, subject="package")

REPORT_ASKED = _report("report.asked", _("report asked for"))
REPORT_MADE = _report("report.made", _("report made"))
REPORT_FAILED = _report("report.failed", _("report not made"))
REPORT_CANCELLED = _report("report.cancelled", _("report cancelled"))
PACKAGE_ASKED = _package("package.asked", _("export asked for"))
PACKAGE_MADE = _package("package.made", _("export made"))
PACKAGE_FAILED = _package("package.failed", _("export not made"))
PACKAGE_CANCELLED = _package("package.cancelled", _("export cancelled"))
PACKAGE_DOWNLOADED = _package("package.downloaded", _("export downloaded"))
