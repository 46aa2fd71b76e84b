"""The shape of the seed files, a module for each kind, and the places of faults in them."""

__all__ = [
    "about",
    "applicability",
    "crosswalk",
    "fault_places",
    "framework",
    "head",
    "json_schema",
    "law",
    "number",
    "places",
    "question",
    "rating",
    "scale",
    "words",
]
