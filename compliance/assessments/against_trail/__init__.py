"""Do the rows of assessments say what the trail says of them?"""

from compliance.assessments.against_trail.answers import BROUGHT_IN, as_told, faults

__all__ = ["BROUGHT_IN", "as_told", "faults"]
