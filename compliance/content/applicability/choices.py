"""Words of fixed meaning in facts, rules and gates."""

from compliance.ground.web.enums import LabelledStrEnum


class FactKind(LabelledStrEnum):
    """How many of a fact's choices can hold at once."""

    ONE = "one", "One of them"
    SEVERAL = "several", "Any number of them"
    YESNO = "yesno", "Yes or no"


class Effect(LabelledStrEnum):
    """The effect of a gate on the duties behind it."""

    BINDS = "binds", "Applies where its own rule holds"
    IN = "in", "Applies regardless of its own rule"
    OUT = "out", "Does not apply"
