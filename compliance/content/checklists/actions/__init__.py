"""Changes to checklists."""

from compliance.content.checklists.actions.library import (
    add_relations,
    store_frameworks,
    store_notices,
    store_relations,
)
from compliance.content.checklists.actions.publishing import publish
from compliance.content.checklists.actions.storing import (
    bring_in,
    keep_final,
    store_checklist,
    store_theme,
)
from compliance.content.checklists.recording import UnsoundError

__all__ = [
    "UnsoundError",
    "add_relations",
    "bring_in",
    "keep_final",
    "publish",
    "store_checklist",
    "store_frameworks",
    "store_notices",
    "store_relations",
    "store_theme",
]
