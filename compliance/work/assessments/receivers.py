"""Members own assessments and actions."""

from compliance.identity.organisations.actions import holds
from compliance.work.assessments import owning

holds.connect(owning.of_member)
