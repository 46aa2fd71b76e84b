"""Queues of work outside requests, and its order within one."""

DEFAULT = "default"
"""Work that takes minutes: reports, packs, archives."""
QUICK = "quick"
"""Work of seconds, which must not wait behind minutes: mail, webhooks."""
QUEUES = (DEFAULT, QUICK)
BEHIND = -10
"""Priority of work that nobody waits for: behind a report."""
