"""What people do to organisations, their members and invitations."""

from compliance.organisations.actions.editors import make_editor
from compliance.organisations.actions.invitations import (
    accept_invitation,
    accept_waiting,
    end_invitation,
    hash_of,
    invite,
    send_again,
)
from compliance.organisations.actions.members import (
    add_member,
    change_role,
    create_organisation,
    find_or_create_user,
    make_placeholders,
    remove_member,
)
from compliance.organisations.actions.passkeys import (
    add_passkey,
    ask_for_new,
    ask_for_one,
    recognise,
    remove_passkey,
    rename_passkey,
)

__all__ = [
    "accept_invitation",
    "accept_waiting",
    "add_member",
    "add_passkey",
    "ask_for_new",
    "ask_for_one",
    "change_role",
    "create_organisation",
    "end_invitation",
    "find_or_create_user",
    "hash_of",
    "invite",
    "make_editor",
    "make_placeholders",
    "recognise",
    "remove_member",
    "remove_passkey",
    "rename_passkey",
    "send_again",
]
