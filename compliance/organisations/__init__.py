"""Accounts, organisations, members, invitations, passkeys, and the one table of permissions."""

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
