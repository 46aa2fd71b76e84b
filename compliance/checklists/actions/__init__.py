"""Changes to checklists and to the law they cite."""

from compliance.checklists.actions.cloning import clone, draft_next
from compliance.checklists.actions.copying import duplicate_question
from compliance.checklists.actions.editing import save_question
from compliance.checklists.actions.ending import discard, goes_with, retire
from compliance.checklists.actions.facts import remove_fact, save_fact, save_implied
from compliance.checklists.actions.gates import remove_gate, save_gate
from compliance.checklists.actions.head import save_head
from compliance.checklists.actions.law import (
    amend_provision,
    held,
    mark_of,
    release_provision,
    store_instrument,
    store_theme,
)
from compliance.checklists.actions.library import (
    add_relations,
    store_frameworks,
    store_notices,
    store_relations,
)
from compliance.checklists.actions.merging import merge
from compliance.checklists.actions.moving import move_question, move_section
from compliance.checklists.actions.organisations import (
    remove_organisation,
    save_organisation,
)
from compliance.checklists.actions.outline import (
    add_question,
    add_section,
    remove_question,
    remove_section,
    save_section,
)
from compliance.checklists.actions.publishing import publish
from compliance.checklists.actions.recording import (
    RefusedError,
    StaleError,
    UnsoundError,
)
from compliance.checklists.actions.replacing import replace_all
from compliance.checklists.actions.reviewing import (
    approve,
    is_alone,
    send_back,
    send_to_review,
)
from compliance.checklists.actions.storing import bring_in, keep_final, store_checklist
from compliance.checklists.actions.translating import (
    add_language,
    remove_language,
    save_translation,
)
from compliance.checklists.actions.undoing import undo

__all__ = [
    "RefusedError",
    "StaleError",
    "UnsoundError",
    "add_language",
    "add_question",
    "add_relations",
    "add_section",
    "amend_provision",
    "approve",
    "bring_in",
    "clone",
    "discard",
    "draft_next",
    "duplicate_question",
    "goes_with",
    "held",
    "is_alone",
    "keep_final",
    "mark_of",
    "merge",
    "move_question",
    "move_section",
    "publish",
    "release_provision",
    "remove_fact",
    "remove_gate",
    "remove_language",
    "remove_organisation",
    "remove_question",
    "remove_section",
    "replace_all",
    "retire",
    "save_fact",
    "save_gate",
    "save_head",
    "save_implied",
    "save_organisation",
    "save_question",
    "save_section",
    "save_translation",
    "send_back",
    "send_to_review",
    "store_checklist",
    "store_frameworks",
    "store_instrument",
    "store_notices",
    "store_relations",
    "store_theme",
    "undo",
]
