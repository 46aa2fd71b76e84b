"""Whether a question applies: facts, what follows from them, rules, gates, and the reasons. Pure."""

__all__ = [
    "choices",
    "decision",
    "essentials",
    "expectations",
    "gates",
    "implied",
    "reasons",
    "rule_trees",
    "rules",
    "simulator",
]
