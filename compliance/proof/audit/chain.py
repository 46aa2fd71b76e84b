"""The arithmetic of the trail: canonical text and SHA-256 (FIPS 180-4). Pure."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from compliance.proof.audit.leaves import root

START = "0" * 64
"""The hash that the first event of a chain follows."""


@dataclass(frozen=True, slots=True)
class Link:
    """The part of an event that the chain covers, in the order it is hashed."""

    organisation_id: str
    seq: int
    at: datetime
    actor_id: str
    action: str
    subject_label: str
    subject_id: str
    scope_id: str
    payload_hash: str
    previous_hash: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as the database holds it; ``salts`` as ``leaves.py`` has them."""

    link: Link
    payload: str
    salts: str
    hash: str

    @property
    def is_erased(self) -> bool:
        """Whether a text of it was erased."""
        return "=" in self.salts


canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str).encode
"""JSON with sorted keys, no spaces and no escapes: one text for one value."""


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def payload_digest(salts: str, payload: str) -> str | None:
    """The root over the leaves of a payload; None, which equals no hash, where salts do not fit.

    Also None for a text that is not canonical: another program may read it differently.
    """
    try:
        content = json.loads(payload)
        return root(content, salts) if canonical(content) == payload else None
    except (ValueError, RecursionError):
        return None


def link_digest(link: Link) -> str:
    """Hash of an event: every covered value on a line of its own, escaped as JSON."""
    at = link.at.astimezone(UTC).isoformat(timespec="microseconds")
    return digest(
        canonical(
            [
                link.organisation_id,
                link.seq,
                at,
                link.actor_id,
                link.action,
                link.subject_label,
                link.subject_id,
                link.scope_id,
                link.payload_hash,
                link.previous_hash,
            ]
        )
    )
