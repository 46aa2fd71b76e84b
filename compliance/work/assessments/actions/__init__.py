"""Actions on assessments."""

from compliance.work.assessments.actions.answer import (
    Refused,
    Saved,
    Undone,
    save_answer,
    undo,
)
from compliance.work.assessments.actions.attach import (
    attach,
    attach_all,
    detach,
    evidence_payload,
    refuse_too_many_files,
)
from compliance.work.assessments.actions.claiming import say_whose
from compliance.work.assessments.actions.close import archive, take_up
from compliance.work.assessments.actions.confirm import (
    Confirmed,
    confirm_na,
    send_back_na,
    unconfirm_na,
)
from compliance.work.assessments.actions.correct import PERIOD, Details, correct_details
from compliance.work.assessments.actions.releasing import hand_on, release_owners
from compliance.work.assessments.actions.rest import rest_on
from compliance.work.assessments.actions.start import (
    StaleError,
    change_facts,
    open_count,
    refuse_too_many,
    start,
)

__all__ = [
    "PERIOD",
    "Confirmed",
    "Details",
    "Refused",
    "Saved",
    "StaleError",
    "Undone",
    "archive",
    "attach",
    "attach_all",
    "change_facts",
    "confirm_na",
    "correct_details",
    "detach",
    "evidence_payload",
    "hand_on",
    "open_count",
    "refuse_too_many",
    "refuse_too_many_files",
    "release_owners",
    "rest_on",
    "save_answer",
    "say_whose",
    "send_back_na",
    "start",
    "take_up",
    "unconfirm_na",
    "undo",
]
