"""The registry: imports each room's models so that Django sees them."""

from compliance.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
    Attachment,
    Comment,
    Mention,
    Presence,
    SavedView,
    Upgrade,
    Visit,
)
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
from compliance.organisations.models import (
    Invitation,
    Membership,
    Organisation,
    User,
)
from compliance.reports.models import Report
from compliance.reviews.models import Check, Reopening, Review, SignOff, Snapshot

__all__ = [
    "Action",
    "ActionLink",
    "Answer",
    "Assessment",
    "Attachment",
    "ChainHead",
    "Check",
    "Checklist",
    "Choice",
    "Citation",
    "Comment",
    "Edition",
    "Event",
    "Evidence",
    "Fact",
    "Instrument",
    "Invitation",
    "Membership",
    "Mention",
    "Notice",
    "Organisation",
    "Presence",
    "Provision",
    "Question",
    "Relation",
    "Reopening",
    "Report",
    "Review",
    "SavedView",
    "Section",
    "SignOff",
    "Snapshot",
    "Theme",
    "Upgrade",
    "User",
    "Visit",
]
