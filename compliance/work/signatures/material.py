"""The parts of evidence and actions that a signature covers, and their labels. Pure."""

from compliance.content.evidence.fields import DESCRIBED
from compliance.work.assessments.action_fields import ACTION_FIELDS

EVIDENCE = DESCRIBED
ACTION = {field.name: field.label for field in ACTION_FIELDS if field.material}
