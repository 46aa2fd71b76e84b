"""The types of events about answers as spreadsheets."""

from functools import partial
from typing import Required

from django.utils.translation import gettext_lazy as _

from compliance.proof.audit.event_types import EventType, Prepares, Topic
from compliance.proof.audit.payloads import Hash, Id, Side, Words


class _Exported(Side, total=False):
    answers: Required[int]
    sha256: Required[Hash]


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


_type = partial(
    EventType,
    subject="assessment",
    topic=Topic.ASSESSMENT,
    prepares=Prepares.NOTHING,
)

ASSESSMENT_EXPORTED = _type("assessment.exported", _("spreadsheet downloaded"), after=_Exported)


ASSESSMENT_IMPORTED = _type("assessment.imported", _("spreadsheet imported"), after=_Imported)


IMPORT_UNDONE = _type("assessment.import_undone", _("spreadsheet taken back"), after=_Undone)
