"""Accounts, organisations, members, invitations, passkeys, and the one table of permissions."""
