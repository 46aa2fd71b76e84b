"""Actions of the workspace: presence, kept views, and answers taken over."""

from compliance.workspace.actions.presence import (
    Moved,
    arrive,
    leave,
    look_again,
    see,
)
from compliance.workspace.actions.saved_views import (
    change_view,
    keep_view,
    remove_view,
)
from compliance.workspace.actions.taking import (
    confirm_again,
    keep_mine,
    preview_taking,
    source_of,
    take_over,
)

__all__ = [
    "Moved",
    "arrive",
    "change_view",
    "confirm_again",
    "keep_mine",
    "keep_view",
    "leave",
    "look_again",
    "preview_taking",
    "remove_view",
    "see",
    "source_of",
    "take_over",
]
