"""Rows of assessments."""

from compliance.assessments.models.action import (
    ACTION_FIELDS,
    Action,
    ActionLink,
    ActionQuerySet,
    ActionWait,
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
from compliance.assessments.models.upgrade import UNDO_FOR, Upgrade
from compliance.assessments.models.visit import Presence, SavedView, Visit

__all__ = [
    "ACTION_FIELDS",
    "UNDO_FOR",
    "Action",
    "ActionLink",
    "ActionQuerySet",
    "ActionWait",
    "Answer",
    "AnswerQuerySet",
    "Asked",
    "Assessment",
    "AssessmentQuerySet",
    "Attachment",
    "Comment",
    "Mention",
    "Namesake",
    "NamesakeSaid",
    "Origin",
    "OriginEvent",
    "OriginTrail",
    "Presence",
    "SavedView",
    "Upgrade",
    "Visit",
    "read_marks",
]
