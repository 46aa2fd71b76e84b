"""Actions on organisations, their members and invitations."""

from compliance.organisations.actions.addresses import (
    send_proof,
    unproved_address,
)
from compliance.organisations.actions.editors import make_editor
from compliance.organisations.actions.factors import (
    add_app,
    add_passkey,
    ask_for_new,
    forget_factors,
    make_recovery_codes,
    recovery_codes_left,
    remove_app,
    remove_passkey,
    rename_passkey,
)
from compliance.organisations.actions.invitations import (
    accept_as_new,
    accept_invitation,
    arrived,
    arriving,
    decline_invitation,
    end_invitation,
    hash_of,
    invite,
    send_again,
)
from compliance.organisations.actions.members import (
    assign_role,
    change_role,
    create_organisation,
    join,
    keep_an_owner,
    leave,
    lock,
    lock_person,
    make_account,
    make_placeholders,
    remove_member,
    rights_lost,
)
from compliance.organisations.actions.policy import (
    set_policy,
    without_a_way,
    without_factor,
)
from compliance.organisations.actions.sessions import sign_out_member

__all__ = [
    "accept_as_new",
    "accept_invitation",
    "add_app",
    "add_passkey",
    "arrived",
    "arriving",
    "ask_for_new",
    "assign_role",
    "change_role",
    "create_organisation",
    "decline_invitation",
    "end_invitation",
    "forget_factors",
    "hash_of",
    "invite",
    "join",
    "keep_an_owner",
    "leave",
    "lock",
    "lock_person",
    "make_account",
    "make_editor",
    "make_placeholders",
    "make_recovery_codes",
    "recovery_codes_left",
    "remove_app",
    "remove_member",
    "remove_passkey",
    "rename_passkey",
    "rights_lost",
    "send_again",
    "send_proof",
    "set_policy",
    "sign_out_member",
    "unproved_address",
    "without_a_way",
    "without_factor",
]
