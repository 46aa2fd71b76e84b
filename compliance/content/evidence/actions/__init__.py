"""Actions on evidence: add files and links, describe them."""

from compliance.content.evidence.actions import quotas
from compliance.content.evidence.actions.adding import add, add_file, add_link
from compliance.content.evidence.actions.cleanup import sweep
from compliance.content.evidence.actions.describing import StaleError, describe
from compliance.content.evidence.actions.resuming import (
    OffsetError,
    append,
    begin_upload,
    drop_upload,
    find_upload,
    finish_upload,
)
from compliance.content.evidence.actions.several import Outcome, add_each

__all__ = [
    "OffsetError",
    "Outcome",
    "StaleError",
    "add",
    "add_each",
    "add_file",
    "add_link",
    "append",
    "begin_upload",
    "describe",
    "drop_upload",
    "find_upload",
    "finish_upload",
    "quotas",
    "sweep",
]
