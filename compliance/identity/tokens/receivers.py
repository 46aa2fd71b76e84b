"""Tokens end with a membership, and the page of a person's sign-in shows them."""

from compliance.identity.accounts import pages
from compliance.identity.organisations.actions import rights_lost
from compliance.identity.tokens import actions, own

rights_lost.connect(actions.end_with_membership)
pages.more_ways_in.connect(own.context_of)
