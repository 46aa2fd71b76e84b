"""Actions on assessments."""

from compliance.assessments.actions.answer import (
    Refused,
    Saved,
    Undone,
    save_answer,
    undo,
)
from compliance.assessments.actions.assign import (
    Assigned,
    HandedBack,
    Newcomer,
    assign,
    hand_back,
)
from compliance.assessments.actions.attach import attach, detach
from compliance.assessments.actions.bulk import (
    Bulk,
    PutBack,
    events_together,
    filling,
    foresee,
    set_many,
    undo_many,
)
from compliance.assessments.actions.claiming import say_whose
from compliance.assessments.actions.close import archive, take_up
from compliance.assessments.actions.coming import give_asked, hold_asked
from compliance.assessments.actions.confirm import (
    Confirmed,
    confirm_na,
    send_back_na,
    unconfirm_na,
)
from compliance.assessments.actions.keep import change_view, keep_view, remove_view
from compliance.assessments.actions.law import (
    Told,
    amend_law,
    law_page,
    tell_of_law,
)
from compliance.assessments.actions.look import (
    Moved,
    arrive,
    leave,
    look_again,
    see,
)
from compliance.assessments.actions.remedy import (
    Remedied,
    Stale,
    change_action,
    create_action,
    link_answer,
    undo_action,
    unlink_answer,
)
from compliance.assessments.actions.start import (
    StaleFactsError,
    change_facts,
    start,
)
from compliance.assessments.actions.taking import (
    confirm_again,
    foresee_taking,
    keep_mine,
    source_of,
    take_over,
)
from compliance.assessments.actions.talk import (
    comment,
    reopen,
    resolve,
)
from compliance.assessments.actions.undo_upgrade import (
    MovedBack,
    undo_upgrade,
    why_not_undone,
)
from compliance.assessments.actions.upgrade import foresee_upgrade, upgrade
from compliance.assessments.actions.versions import refuse_foreign, use_instead

__all__ = [
    "Assigned",
    "Bulk",
    "Confirmed",
    "HandedBack",
    "Moved",
    "MovedBack",
    "Newcomer",
    "PutBack",
    "Refused",
    "Remedied",
    "Saved",
    "Stale",
    "StaleFactsError",
    "Told",
    "Undone",
    "amend_law",
    "archive",
    "arrive",
    "assign",
    "attach",
    "change_action",
    "change_facts",
    "change_view",
    "comment",
    "confirm_again",
    "confirm_na",
    "create_action",
    "detach",
    "events_together",
    "filling",
    "foresee",
    "foresee_taking",
    "foresee_upgrade",
    "give_asked",
    "hand_back",
    "hold_asked",
    "keep_mine",
    "keep_view",
    "law_page",
    "leave",
    "link_answer",
    "look_again",
    "refuse_foreign",
    "remove_view",
    "reopen",
    "resolve",
    "save_answer",
    "say_whose",
    "see",
    "send_back_na",
    "set_many",
    "source_of",
    "start",
    "take_over",
    "take_up",
    "tell_of_law",
    "unconfirm_na",
    "undo",
    "undo_action",
    "undo_many",
    "undo_upgrade",
    "unlink_answer",
    "upgrade",
    "use_instead",
    "why_not_undone",
]
