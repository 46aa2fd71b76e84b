"""Actions on subscriptions and reminders."""

from compliance.reporting.calendar.actions.feeds import end_feed, end_with_rights, make_feed
from compliance.reporting.calendar.actions.reminders import (
    forget_with_rights,
    set_reminders,
    set_rules,
    stop,
    stopped_by,
)

__all__ = [
    "end_feed",
    "end_with_rights",
    "forget_with_rights",
    "make_feed",
    "set_reminders",
    "set_rules",
    "stop",
    "stopped_by",
]
