"""Roles that a provider may give."""

from compliance.organisations.choices import Role

GIVEN = [Role.OFFICER, Role.CONTRIBUTOR, Role.REVIEWER, Role.READER]
"""Not that of an owner, which owners give by name, nor of an auditor, who has a seat."""
