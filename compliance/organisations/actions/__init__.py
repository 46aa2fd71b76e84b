"""Actions on organisations, their members and invitations."""

from compliance.organisations.actions.editors import make_editor
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
    change_role,
    create_organisation,
    leave,
    make_placeholders,
    remove_member,
    rights_lost,
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
    "accept_as_new",
    "accept_invitation",
    "add_passkey",
    "arrived",
    "arriving",
    "ask_for_new",
    "ask_for_one",
    "change_role",
    "create_organisation",
    "decline_invitation",
    "end_invitation",
    "hash_of",
    "invite",
    "leave",
    "make_editor",
    "make_placeholders",
    "recognise",
    "remove_member",
    "remove_passkey",
    "rename_passkey",
    "rights_lost",
    "send_again",
]
