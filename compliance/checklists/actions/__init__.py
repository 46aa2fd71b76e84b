"""Changes to checklists and to the law they cite."""

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
from compliance.checklists.actions.publishing import publish
from compliance.checklists.actions.recording import (
    RefusedError,
    StaleError,
    UnsoundError,
)
from compliance.checklists.actions.storing import bring_in, keep_final, store_checklist

__all__ = [
    "RefusedError",
    "StaleError",
    "UnsoundError",
    "add_relations",
    "amend_provision",
    "bring_in",
    "held",
    "keep_final",
    "mark_of",
    "publish",
    "release_provision",
    "store_checklist",
    "store_frameworks",
    "store_instrument",
    "store_notices",
    "store_relations",
    "store_theme",
]
