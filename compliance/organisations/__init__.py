"""Accounts and their factors, organisations, members, invitations, the one table of permissions."""

__all__ = [
    "access",
    "actions",
    "choices",
    "commands",
    "events",
    "invitation_delivery",
    "models",
    "rate_limits",
    "reauthentication",
    "session_expiry",
    "signed_on",
    "tasks",
]
