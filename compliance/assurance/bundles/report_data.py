"""Data inside a report: its content and its trail, as canonical JSON."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from compliance.assurance.reviews.signatures import Signature
from compliance.proof.audit.chain import Link, canonical
from compliance.work.snapshots.content import Content

FORMAT = "attest-report"
VERSION = 2
"""Raised when a reader of the one before would be wrong; ``docs/verifying.md``."""
SIGNED = (
    "revision", "edition", "content_hash", "statement", "reservations", "role", "signer",
    "method", "chain", "trail_seq", "trail_hash", "void",
)  # fmt: skip
"""Fields of a sign-off in the record; ``chain`` is the one whose ``trail_seq`` counts."""


@dataclass(frozen=True)
class Happened:
    """An event of the trail: what its hash covers, the hash, and the words for it."""

    link: Link
    hash: str
    who: str
    what: str


@dataclass(frozen=True)
class Record:
    """A report for machines: what it says, when it was read, and where the trail stood."""

    assessment_id: UUID
    organisation_id: UUID
    number: int
    read_at: datetime
    zone: str
    version: str
    kind: str
    language: str
    extract: str
    asked_in: str
    """The language that the questions were written in; the content has no other."""
    is_stamped: bool
    """Whether a time stamp is added to the seal, which cannot cover it itself."""
    is_complete: bool
    """Whether the pages show every question; if not, the file holds no more than they."""
    content: Content
    events: tuple[Happened, ...]
    head_seq: int
    head_hash: str
    signatures: tuple[Signature, ...] = ()


def written(record: Record, others: Mapping[str, bytes]) -> bytes:
    """The record as canonical JSON in UTF-8, with the hashes of the files beside it.

    The same record gives the same bytes. Payloads stay out, since the trail of an
    organisation is not for everybody who reads its reports; their hashes are there. A
    report of a part carries hashes only: whoever hands on a summary means a summary.
    """
    value = {
        "format": FORMAT,
        "version": VERSION,
        "report": {
            "assessment": record.assessment_id,
            "number": record.number,
            "read_at": moment(record.read_at),
            "zone": record.zone,
            "program": record.version,
            "kind": record.kind,
            "language": record.language,
            "extract": record.extract,
            "asked_in": record.asked_in,
            "is_stamped": record.is_stamped,
            "is_complete": record.is_complete,
        },
        "content": record.content.as_values if record.is_complete else None,
        "content_hash": record.content.content_hash,
        "trail": {
            "organisation": record.organisation_id,
            "seq": record.head_seq,
            "hash": record.head_hash,
            "entries": [_entry(event) for event in record.events if record.is_complete],
        },
        "sign_offs": [_signature(one) for one in record.signatures],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in others.items()},
    }
    return canonical(value).encode()


def _signature(one: Signature) -> dict[str, Any]:
    return {name: getattr(one, name) for name in SIGNED} | {
        "signed_at": moment(one.signed_at),
        "stood_at": moment(one.stood_at),
    }


def moment(at: datetime) -> str:
    """UTC to the microsecond, as the chain of the trail hashes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(event: Happened) -> dict[str, Any]:
    link = {field.name: getattr(event.link, field.name) for field in fields(Link)}
    del link["organisation_id"]
    at = moment(event.link.at)
    return link | {"at": at, "hash": event.hash, "who": event.who, "what": event.what}
