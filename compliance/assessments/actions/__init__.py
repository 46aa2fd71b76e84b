"""What people do in assessments."""

from compliance.assessments.actions.answer import (
    Refused,
    Saved,
    Undone,
    save_answer,
    undo,
)
from compliance.assessments.actions.attach import attach, detach
from compliance.assessments.actions.close import archive, take_up
from compliance.assessments.actions.start import change_facts, start
from compliance.assessments.actions.talk import comment

__all__ = [
    "Refused",
    "Saved",
    "Undone",
    "archive",
    "attach",
    "change_facts",
    "comment",
    "detach",
    "save_answer",
    "start",
    "take_up",
    "undo",
]
