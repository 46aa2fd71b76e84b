"""Words of fixed meaning in the legal index."""

from compliance.ground.web.enums import LabelledStrEnum


class ProvisionStatus(LabelledStrEnum):
    """Where a provision stands in its life."""

    IN_FORCE = "in_force", "In force"
    APPLIES_LATER = "applies_later", "Applies later"
    PROPOSED = "proposed", "Proposed"
    REPEALED = "repealed", "Repealed"


class Force(LabelledStrEnum):
    """How far a source binds, the strongest first: law alone does."""

    LAW = "law", "Law"
    GUIDANCE = "authority_guidance", "Guidance of an authority"
    FRAMEWORK = "framework", "Framework"
    PROCUREMENT = "procurement_scheme", "Procurement scheme"
    STANDARD = "standard", "Standard"


class CiteState(LabelledStrEnum):
    """The state of a citation in the legal index."""

    FOUND = "found", "Found"
    LATER = "later", "Not yet in force"
    GONE = "gone", "Gone"
    UNKNOWN = "unknown", "Unknown"
