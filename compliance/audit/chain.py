"""The arithmetic of the trail: canonical text and SHA-256 (FIPS 180-4). Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
"""What the first event of a chain follows."""


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
    """An event as the database holds it."""

    link: Link
    payload: str
    salt: str
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first bad row of a chain and what is wrong with it."""

    seq: int
    what: str


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces and no escapes: one text for one value."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def payload_digest(salt: str, payload: str) -> str:
    """Hash of a payload; the salt keeps short payloads from being guessed."""
    return digest(f"{salt}\n{payload}")


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


def first_fault(events: Iterable[Stored], head: tuple[int, str] | None) -> Fault | None:
    """The first fault of one chain given in order of ``seq``; None when it holds.

    ``head`` is where the chain says it stands: a cut tail shows against it.
    """
    expected, previous = 1, START
    for event in events:
        if fault := _fault(event, expected, previous):
            return fault
        expected, previous = expected + 1, event.hash
    stands = (expected - 1, previous)
    if head is None:
        return Fault(0, "the chain has no head") if stands[0] else None
    if head != stands:
        return Fault(expected, f"missing: the chain ended at {head[0]} before")
    return None


def _fault(event: Stored, expected: int, previous: str) -> Fault | None:
    link = event.link
    if link.seq > expected:
        return Fault(expected, "missing: the next event is " + str(link.seq))
    if link.seq < expected:
        return Fault(link.seq, "stands twice")
    if link.previous_hash != previous:
        return Fault(link.seq, "does not follow the event before it")
    if payload_digest(event.salt, event.payload) != link.payload_hash:
        return Fault(link.seq, "its content was changed")
    if link_digest(link) != event.hash:
        return Fault(link.seq, "its who, when or what was changed")
    return None
