"""The registry: imports each room's models so that Django sees them."""

from compliance.api.models import Call
from compliance.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Asked,
    Assessment,
    Attachment,
    Comment,
    Ground,
    Mention,
    Namesake,
    Origin,
    OriginEvent,
    OriginTrail,
    Proposal,
)
from compliance.audit.models import ChainHead, Deletion, Event
from compliance.bundles.models import Package
from compliance.calendar.models import Feed, Reminders, Rules
from compliance.checklists.models import (
    Checklist,
    Choice,
    Citation,
    Clause,
    Edition,
    Fact,
    Framework,
    Mapping,
    Notice,
    Question,
    Relation,
    Section,
    Theme,
)
from compliance.closing.models import Archive
from compliance.directory.models import (
    Directory,
    DirectoryGroup,
    DirectoryGroupMember,
    DirectoryPerson,
)
from compliance.edition_moves.models import Upgrade
from compliance.evidence.models import Evidence, Upload
from compliance.home.models import PutAway
from compliance.legal_index.models import Instrument, Provision
from compliance.letterhead.models import Letterhead
from compliance.organisations.models import (
    AccessPolicy,
    Challenge,
    FactorCount,
    Invitation,
    Membership,
    Organisation,
    User,
)
from compliance.presence.models import Presence, Visit
from compliance.remediation.models import ActionWait
from compliance.reports.models import Report
from compliance.results.models import MonthEnd, Summary, Target
from compliance.reviews.models import Check, Reopening, Review, SignOff
from compliance.seats.models import (
    Request,
    RequestMessage,
    SampleItem,
    Seat,
    SeatOffer,
    ShareLink,
)
from compliance.sign_on.models import (
    Departure,
    Domain,
    GroupRole,
    Identity,
    SignOn,
    UsedAnswer,
)
from compliance.snapshots.models import Snapshot
from compliance.tokens.models import Token
from compliance.web.models import Lease
from compliance.webhooks.models import Delivery, Webhook
from compliance.workspace.models import SavedView

__all__ = [
    "AccessPolicy",
    "Action",
    "ActionLink",
    "ActionWait",
    "Answer",
    "Archive",
    "Asked",
    "Assessment",
    "Attachment",
    "Call",
    "ChainHead",
    "Challenge",
    "Check",
    "Checklist",
    "Choice",
    "Citation",
    "Clause",
    "Comment",
    "Deletion",
    "Delivery",
    "Departure",
    "Directory",
    "DirectoryGroup",
    "DirectoryGroupMember",
    "DirectoryPerson",
    "Domain",
    "Edition",
    "Event",
    "Evidence",
    "Fact",
    "FactorCount",
    "Feed",
    "Framework",
    "Ground",
    "GroupRole",
    "Identity",
    "Instrument",
    "Invitation",
    "Lease",
    "Letterhead",
    "Mapping",
    "Membership",
    "Mention",
    "MonthEnd",
    "Namesake",
    "Notice",
    "Organisation",
    "Origin",
    "OriginEvent",
    "OriginTrail",
    "Package",
    "Presence",
    "Proposal",
    "Provision",
    "PutAway",
    "Question",
    "Relation",
    "Reminders",
    "Reopening",
    "Report",
    "Request",
    "RequestMessage",
    "Review",
    "Rules",
    "SampleItem",
    "SavedView",
    "Seat",
    "SeatOffer",
    "Section",
    "ShareLink",
    "SignOff",
    "SignOn",
    "Snapshot",
    "Summary",
    "Target",
    "Theme",
    "Token",
    "Upgrade",
    "Upload",
    "UsedAnswer",
    "User",
    "Visit",
    "Webhook",
]
