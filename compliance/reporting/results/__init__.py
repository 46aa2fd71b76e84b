"""Results: answers read as findings of law, as levels and as stages, with targets.

Figures of many assessments are kept, for the page of the whole organisation.
"""

__all__ = [
    "actions",
    "choices",
    "events",
    "figure_store",
    "figures",
    "files",
    "law",
    "levels",
    "models",
    "queries",
    "stands",
    "trend",
]
