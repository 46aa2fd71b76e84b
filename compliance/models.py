"""The registry: imports each room's models so that Django sees them."""

from compliance.assessments.models import Answer, Assessment, Attachment, Comment
from compliance.audit.models import ChainHead, Event
from compliance.checklists.models import (
    Checklist,
    Choice,
    Citation,
    Edition,
    Fact,
    Instrument,
    Notice,
    Provision,
    Question,
    Relation,
    Section,
    Theme,
)
from compliance.evidence.models import Evidence
from compliance.organisations.models import Membership, Organisation, User
from compliance.reports.models import Report

__all__ = [
    "Answer",
    "Assessment",
    "Attachment",
    "ChainHead",
    "Checklist",
    "Choice",
    "Citation",
    "Comment",
    "Edition",
    "Event",
    "Evidence",
    "Fact",
    "Instrument",
    "Membership",
    "Notice",
    "Organisation",
    "Provision",
    "Question",
    "Relation",
    "Report",
    "Section",
    "Theme",
    "User",
]
