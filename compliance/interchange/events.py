"""The types of events about what comes in and goes out as a file."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.audit.event_types import EventType, Prepares, Topic
from compliance.audit.payloads import Hash, Id, Side, Words


class _Exported(Side, total=False):
    answers: Required[int]
    sha256: Required[Hash]


class _Bundled(Side, total=False):
    bundle: Required[Hash]
    content_hash: Required[Hash]


class _Imported(Side, total=False):
    title: Required[Words]
    draft: Required[Id]
    sha256: Required[Hash]
    answers: Required[int]
    kept: Required[int]
    refused: Required[int]


class _Undone(Side, total=False):
    title: Required[Words]
    event: Required[int]
    answers: Required[int]
    left: Required[int]


class _Clauses(Side, total=False):
    framework: Required[str]
    format: Required[str]
    clauses: Required[int]
    sha256: Required[Hash]


class _File(Side, total=False):
    format: Required[str]
    sha256: Required[Hash]


_type = partial(
    EventType,
    subject="assessment",
    topic=Topic.ASSESSMENT,
    prepares=Prepares.NOTHING,
)

ASSESSMENT_EXPORTED = _type(
    "assessment.exported", _("spreadsheet downloaded"), after=_Exported
)
ASSESSMENT_BUNDLED = _type("assessment.bundled", _("bundle written"), after=_Bundled)
ASSESSMENT_IMPORTED = _type(
    "assessment.imported", _("spreadsheet taken in"), after=_Imported
)
IMPORT_UNDONE = _type(
    "assessment.import_undone", _("spreadsheet taken back"), after=_Undone
)
CLAUSES_EXPORTED = _type(
    "clauses.exported",
    _("evidence by framework clause downloaded"),
    subject="framework",
    after=_Clauses,
    topic=Topic.REPORT,
)
EDITION_EXPORTED = _type(
    "edition.exported",
    _("edition taken as a file"),
    subject="edition",
    after=_File,
    topic=Topic.CHECKLIST,
)
