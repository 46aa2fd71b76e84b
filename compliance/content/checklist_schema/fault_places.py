"""Formats the faults of a file with their places. Pure."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # PyYAML and what pydantic says of errors are slow to load
    from pydantic_core import ErrorDetails

    from compliance.content.checklist_schema.places import Path

NAMES = ("key", "article", "id", "title")
MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "list_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "date_type": "must be a date such as 2026-11-24",
    "string_too_long": "has more than {max_length} characters",
    "too_short": "needs {min_length} or more",
    "too_long": "has more than {max_length} entries",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "enum": "must be one of {expected}",
    "string_pattern_mismatch": "is not written as the format asks ({pattern})",
}


def reason_of(error: "ErrorDetails") -> str:
    """The fault of a value, in words."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "missing":
        return f"{error['loc'][-1]} is missing"
    kind = error["type"]
    if kind == "too_long" and context["field_type"] != "List":
        kind = "string_too_long"
    known = MESSAGES.get(kind)
    return known.format(**context) if known else error["msg"]


def named(value: Any, path: "Path") -> tuple[str, "Path"]:
    """The keys on a path as words, and how much of the path is really there."""
    words: list[str] = []
    known: list[str | int] = []
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
        known.append(step)
        key = (
            next((value[name] for name in NAMES if name in value), None) if isinstance(value, dict) else None
        )
        if isinstance(step, int) and isinstance(key, str):
            words = [key[:40]]
        else:
            words.append(str(step + 1) if isinstance(step, int) else step[:40])
    return " ".join(words), tuple(known)
