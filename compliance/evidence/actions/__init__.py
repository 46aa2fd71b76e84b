"""Actions on evidence: add files and links, describe them."""

from compliance.evidence.actions import quotas
from compliance.evidence.actions.adding import add, add_file, add_link
from compliance.evidence.actions.cleanup import sweep
from compliance.evidence.actions.describing import DESCRIBED, StaleError, describe
from compliance.evidence.actions.several import Outcome, add_each

__all__ = [
    "DESCRIBED",
    "Outcome",
    "StaleError",
    "add",
    "add_each",
    "add_file",
    "add_link",
    "describe",
    "quotas",
    "sweep",
]
