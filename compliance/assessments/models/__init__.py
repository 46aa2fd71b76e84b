"""Rows of assessments."""

from compliance.assessments.models.action import (
    ACTION_FIELDS,
    Action,
    ActionLink,
    ActionQuerySet,
)
from compliance.assessments.models.answer import (
    Answer,
    AnswerQuerySet,
    Attachment,
    read_marks,
)
from compliance.assessments.models.asked import Asked
from compliance.assessments.models.assessment import Assessment, AssessmentQuerySet
from compliance.assessments.models.comment import Comment, Mention
from compliance.assessments.models.origin import (
    Namesake,
    NamesakeSaid,
    Origin,
    OriginEvent,
    OriginTrail,
)
from compliance.assessments.models.proposal import (
    LONGEST_WHY,
    Ground,
    Proposal,
    ProposalQuerySet,
)

__all__ = [
    "ACTION_FIELDS",
    "LONGEST_WHY",
    "Action",
    "ActionLink",
    "ActionQuerySet",
    "Answer",
    "AnswerQuerySet",
    "Asked",
    "Assessment",
    "AssessmentQuerySet",
    "Attachment",
    "Comment",
    "Ground",
    "Mention",
    "Namesake",
    "NamesakeSaid",
    "Origin",
    "OriginEvent",
    "OriginTrail",
    "Proposal",
    "ProposalQuerySet",
    "read_marks",
]
