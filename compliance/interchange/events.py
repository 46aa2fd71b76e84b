"""The types of events about what comes in and goes out as a file."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic

_type = partial(
    EventType,
    subject="assessment",
    topic=Topic.ASSESSMENT,
    prepares=Prepares.NOTHING,
)

ASSESSMENT_EXPORTED = _type("assessment.exported", _("spreadsheet downloaded"))
ASSESSMENT_BUNDLED = _type("assessment.bundled", _("bundle written"))
ASSESSMENT_IMPORTED = _type("assessment.imported", _("spreadsheet taken in"))
IMPORT_UNDONE = _type("assessment.import_undone", _("spreadsheet taken back"))
CLAUSES_EXPORTED = _type(
    "clauses.exported",
    _("evidence by framework clause downloaded"),
    subject="framework",
    topic=Topic.REPORT,
)
EDITION_EXPORTED = _type(
    "edition.exported",
    _("edition taken as a file"),
    subject="edition",
    topic=Topic.CHECKLIST,
)
