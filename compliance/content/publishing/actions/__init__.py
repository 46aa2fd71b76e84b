"""From draft to published, and on to the next edition."""

from compliance.content.publishing.actions.cloning import clone, draft_next
from compliance.content.publishing.actions.ending import discard, goes_with, retire
from compliance.content.publishing.actions.merging import merge, take_out
from compliance.content.publishing.actions.reviewing import (
    approve,
    is_alone,
    send_back,
    send_to_review,
    sending,
)

__all__ = [
    "approve",
    "clone",
    "discard",
    "draft_next",
    "goes_with",
    "is_alone",
    "merge",
    "retire",
    "send_back",
    "send_to_review",
    "sending",
    "take_out",
]
