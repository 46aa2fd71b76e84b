"""The short path of an edition: what a small organisation begins with. Pure.

An edition may have a mapping::

    {"because", "when": rule, "questions": [keys]}

Where the rule holds for the facts, these questions are shown first. Nothing else changes:
every other question applies, counts and is asked for as it is.
"""

from collections.abc import Mapping
from typing import Any

from compliance.content.applicability.rules import Facts, holds

NOTHING: frozenset[str] = frozenset()


def essentials(found: Mapping[str, Any] | None, facts: Facts) -> frozenset[str]:
    """The keys of the short path; none unless its rule holds for certain."""
    if not found or holds(dict(found["when"]), facts) is not True:
        return NOTHING
    return frozenset(found["questions"])
