"""Rows of assessments."""

from compliance.assessments.models.action import Action, ActionLink, ActionWait
from compliance.assessments.models.answer import Answer, Attachment
from compliance.assessments.models.asked import Asked
from compliance.assessments.models.assessment import Assessment
from compliance.assessments.models.looking import Presence, SavedView, Visit
from compliance.assessments.models.origin import (
    Namesake,
    NamesakeSaid,
    Origin,
    OriginEvent,
    OriginTrail,
)
from compliance.assessments.models.talk import Comment, Mention
from compliance.assessments.models.upgrade import UNDO_FOR, Upgrade

__all__ = [
    "UNDO_FOR",
    "Action",
    "ActionLink",
    "ActionWait",
    "Answer",
    "Asked",
    "Assessment",
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
]
