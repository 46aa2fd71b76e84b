"""Rows of assessments."""

from compliance.work.assessments.models.action import (
    Action,
    ActionLink,
    ActionQuerySet,
)
from compliance.work.assessments.models.answer import (
    Answer,
    AnswerQuerySet,
    Attachment,
    read_marks,
)
from compliance.work.assessments.models.asked import Asked
from compliance.work.assessments.models.assessment import Assessment, AssessmentQuerySet
from compliance.work.assessments.models.comment import Comment, Mention
from compliance.work.assessments.models.origin import (
    Namesake,
    NamesakeSaid,
    Origin,
    OriginEvent,
    OriginTrail,
)
from compliance.work.assessments.models.proposal import (
    LONGEST_WHY,
    Ground,
    Proposal,
    ProposalQuerySet,
)

__all__ = [
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
