"""Invitations end with the right to send them."""

from compliance.identity.organisations.actions import end_with_rights, rights_lost

rights_lost.connect(end_with_rights)
