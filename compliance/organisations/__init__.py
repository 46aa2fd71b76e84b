"""Accounts and their factors, organisations, members, invitations, the one table of permissions."""

__all__ = [
    "access",
    "actions",
    "choices",
    "events",
    "handing",
    "limits",
    "models",
    "reauthentication",
    "tasks",
]
