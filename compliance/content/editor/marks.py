"""Short hashes of parts of a draft: the state over which somebody types. Pure."""

from collections.abc import Mapping
from typing import Any

from compliance.proof.audit.chain import canonical, digest


def mark_of(part: Any) -> str:
    """A mark of a part, another one once it changes; "" for an empty one."""
    return digest(canonical(part)) if part else ""


def marks(values: Mapping[str, Any]) -> dict[str, str]:
    """The mark of each field, cut to twelve digits: nobody meets one by accident."""
    return {name: mark_of(value)[:12] for name, value in values.items()}


def touched(values: Mapping[str, Any], seen: Mapping[str, str]) -> dict[str, Any]:
    """The values that are not as someone saw them: those are theirs to save."""
    now = marks(values)
    return {name: values[name] for name in values if now[name] != seen.get(name)}
