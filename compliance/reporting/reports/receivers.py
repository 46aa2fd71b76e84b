"""Reports count against the room of an organisation, as evidence does."""

from compliance.content.evidence.actions.quotas import counted
from compliance.reporting.reports import room

counted.connect(room.kept_by)
