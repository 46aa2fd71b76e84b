"""Do the rows of assessments say what the trail says of them?"""

from compliance.assessments.against_trail.answers import as_told, faults

__all__ = ["as_told", "faults"]
