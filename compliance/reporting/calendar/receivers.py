"""Reminders and feeds end with the rights that they rest on."""

from compliance.identity.organisations.actions import rights_ending, rights_lost
from compliance.reporting.calendar import actions

rights_ending.connect(actions.forget_with_rights)
rights_lost.connect(actions.end_with_rights)
