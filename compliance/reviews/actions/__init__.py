"""Actions on reviews."""

from compliance.reviews.actions.checking import accept_ruled_out, check
from compliance.reviews.actions.holding import clean_typed
from compliance.reviews.actions.reopening import ask_reopening, decide_reopening
from compliance.reviews.actions.sending import return_for_changes, send
from compliance.reviews.actions.signing import MOVED, PageState, sign

__all__ = [
    "MOVED",
    "PageState",
    "accept_ruled_out",
    "ask_reopening",
    "check",
    "clean_typed",
    "decide_reopening",
    "return_for_changes",
    "send",
    "sign",
]
