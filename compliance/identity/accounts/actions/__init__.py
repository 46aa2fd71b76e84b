"""Actions on factors of a person, and the proof of their address."""

from compliance.identity.accounts.actions.addresses import send_proof, unproved_address
from compliance.identity.accounts.actions.factors import (
    add_app,
    add_passkey,
    ask_for_new,
    forget_factors,
    is_connected_by,
    is_kept,
    make_recovery_codes,
    recovery_codes_left,
    remove_app,
    remove_passkey,
    rename_passkey,
)

__all__ = [
    "add_app",
    "add_passkey",
    "ask_for_new",
    "forget_factors",
    "is_connected_by",
    "is_kept",
    "make_recovery_codes",
    "recovery_codes_left",
    "remove_app",
    "remove_passkey",
    "rename_passkey",
    "send_proof",
    "unproved_address",
]
