"""Groups of a directory give roles, and a directory forgets whom it lost."""

from compliance.identity.organisations.actions import rights_lost
from compliance.identity.sign_on.actions import group_given
from compliance.programs.directory import actions

group_given.connect(actions.give_roles_of)
rights_lost.connect(actions.forget)
