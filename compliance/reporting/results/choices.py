"""Words of fixed meaning in results."""

from compliance.ground.web.enums import LabelledStrEnum


class Proof(LabelledStrEnum):
    """How far the evidence of an answer reaches."""

    WHOLE = "whole", "covers the whole audit period"
    EARLY = "early", "does not cover the whole audit period"
    NONE = "none", "none"


class Reach(LabelledStrEnum):
    """Where a target holds."""

    ASSESSMENT = "assessment", "This assessment"
    ORGANISATION = "organisation", "Every assessment of this checklist"
