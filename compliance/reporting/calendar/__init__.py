"""The calendar of duties: its page, its subscription, digests and reminders.

Looks down on results.
"""

__all__ = ["models"]
