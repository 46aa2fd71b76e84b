"""The registry: imports each room's models so that Django sees them."""

from compliance.assurance.bundles.models import Package
from compliance.assurance.reviews.models import Check, Reopening, Review, SignOff
from compliance.assurance.seats.models import (
    Request,
    RequestMessage,
    SampleItem,
    Seat,
    SeatOffer,
    ShareLink,
)
from compliance.content.checklists.models import (
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
from compliance.content.evidence.models import Evidence, Upload
from compliance.content.legal_index.models import Instrument, Provision
from compliance.ground.web.models import Lease
from compliance.identity.organisations.models import (
    AccessPolicy,
    Challenge,
    FactorCount,
    Invitation,
    Membership,
    Organisation,
    User,
)
from compliance.identity.sign_on.models import (
    Departure,
    Domain,
    GroupRole,
    Identity,
    SignOn,
    UsedAnswer,
)
from compliance.identity.tokens.models import Token
from compliance.identity.webhooks.models import Delivery, Webhook
from compliance.operations.closing.models import Archive
from compliance.programs.api.models import Call
from compliance.programs.directory.models import (
    Directory,
    DirectoryGroup,
    DirectoryGroupMember,
    DirectoryPerson,
)
from compliance.proof.audit.models import ChainHead, Deletion, Event
from compliance.reporting.calendar.models import Feed, Reminders, Rules
from compliance.reporting.home.models import PutAway
from compliance.reporting.letterhead.models import Letterhead
from compliance.reporting.reports.models import Report
from compliance.reporting.results.models import MonthEnd, Summary, Target
from compliance.work.assessments.models import (
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
from compliance.work.edition_moves.models import Upgrade
from compliance.work.presence.models import Presence, Visit
from compliance.work.remediation.models import ActionWait
from compliance.work.snapshots.models import Snapshot
from compliance.work.workspace.models import SavedView

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
