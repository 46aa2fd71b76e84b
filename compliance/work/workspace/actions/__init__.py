"""Actions of the workspace: kept views, and answers taken over."""

from compliance.work.workspace.actions.saved_views import (
    change_view,
    keep_view,
    remove_view,
)
from compliance.work.workspace.actions.taking import (
    confirm_again,
    keep_mine,
    preview_taking,
    source_of,
    take_over,
)

__all__ = [
    "change_view",
    "confirm_again",
    "keep_mine",
    "keep_view",
    "preview_taking",
    "remove_view",
    "source_of",
    "take_over",
]
