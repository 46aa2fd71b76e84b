"""What events of answers say of the evidence behind them."""

from typing import Any

ATTACHED, DETACHED = "evidence.attached", "evidence.detached"
"""The events by which a piece came into an answer, and left it."""


def moved_proofs(action: str, after: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Ids of the evidence that an event of an answer put in, and took out."""
    new = [proof["evidence"] for proof in after.get("attached", [])]
    out = [proof["evidence"] for proof in after.get("detached", [])]
    if action == ATTACHED:
        new.append(after["evidence"])
    if action == DETACHED:
        out.append(after["evidence"])
    return new, out
