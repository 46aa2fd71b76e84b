"""Actions on reviews."""

from compliance.assurance.reviews.actions.checking import accept_ruled_out, check
from compliance.assurance.reviews.actions.holding import clean_typed
from compliance.assurance.reviews.actions.reopening import ask_reopening, decide_reopening
from compliance.assurance.reviews.actions.sending import return_for_changes, send
from compliance.assurance.reviews.actions.signing import MOVED, PageState, sign

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
