"""People, organisations, their members and invitations, the one table of permissions."""

__all__ = [
    "access",
    "actions",
    "choices",
    "commands",
    "events",
    "invitation_delivery",
    "models",
    "policy_gate",
    "rate_limits",
    "reauthentication",
    "recognition",
    "sign_in_log",
    "signed_on",
    "webauthn",
]
