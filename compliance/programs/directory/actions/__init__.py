"""Actions of owners on a directory, and of the directory on people and groups."""

from compliance.programs.directory.actions.groups import (
    change_group,
    delete_group,
    fill_group,
    give_roles_of,
    make_group,
)
from compliance.programs.directory.actions.people import (
    CONFLICT,
    FORBIDDEN,
    activate,
    change_person,
    deactivate,
    delete_person,
    forget,
    forget_everywhere,
    make_person,
)
from compliance.programs.directory.actions.rules import (
    end_token,
    renew_token,
    set_rules,
)

__all__ = [
    "CONFLICT",
    "FORBIDDEN",
    "activate",
    "change_group",
    "change_person",
    "deactivate",
    "delete_group",
    "delete_person",
    "end_token",
    "fill_group",
    "forget",
    "forget_everywhere",
    "give_roles_of",
    "make_group",
    "make_person",
    "renew_token",
    "set_rules",
]
