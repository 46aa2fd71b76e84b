"""Evidence in the events of answers."""

from typing import Any

from compliance.assessments.events import EVIDENCE_ATTACHED, EVIDENCE_DETACHED


def moved_proofs(action: str, after: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Ids of the evidence that an event of an answer put in, and took out."""
    new = [proof["evidence"] for proof in after.get("attached", [])]
    out = [proof["evidence"] for proof in after.get("detached", [])]
    if action == EVIDENCE_ATTACHED:
        new.append(after["evidence"])
    if action == EVIDENCE_DETACHED:
        out.append(after["evidence"])
    return new, out
