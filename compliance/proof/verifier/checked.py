"""Having a report checked by a process that can be killed."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from compliance.ground.sandbox.process import UnfinishedError, output_from

MODULE = "compliance.proof.verifier.verifying"
SECONDS = 30
MEMORY_BYTES = 1024 * 1024 * 1024
MOST_WORDS = 500
FAULT = "fault"
HASH = re.compile("[0-9a-f]{64}")
MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{6})?\+00:00)?\b")
"""A moment or day as the verifier writes it."""
LONGEST = 200
"""Characters of one thing that a file says of itself."""
TOLD = (
    ("organisation", "Organisation"),
    ("checklist", "Checklist"),
    ("edition", "Edition"),
    ("subject", "Subject"),
    ("period_from", "Period from"),
    ("period_to", "Period to"),
    ("number", "Report"),
    ("read_at", "Made"),
    ("sealed_at", "Sealed"),
    ("sealed_by", "Sealed by"),
    ("certificate", "Certificate"),
    ("content_hash", "Content hash"),
    ("head_seq", "Newest event"),
    ("head_hash", "Head of the trail"),
)
COMMON = "Common Name: "
DATED = ("period_from", "period_to", "read_at", "sealed_at")


class NoReportError(Exception):
    """The file cannot be checked; the text says why, for a person."""


@dataclass(frozen=True)
class Looked:
    """One thing that was looked at; ``state`` is "ok", "fault" or "note"."""

    name: str
    state: str
    words: str


@dataclass(frozen=True)
class Verified:
    """Steps of the check, and the file's own statements."""

    checks: tuple[Looked, ...]
    facts: dict[str, Any]

    @property
    def faults(self) -> list[Looked]:
        return [check for check in self.checks if check.state == FAULT]

    @property
    def is_foreign(self) -> bool:
        """Whether the one fault is that someone else sealed it."""
        return [fault.name for fault in self.faults] == ["certificate"]

    @property
    def stated_facts(self) -> list[tuple[str, str, bool]]:
        """The file's own statement, and whether it is a hash: words of strangers."""
        facts = {name: str(value)[:LONGEST] for name, value in self.facts.items()}
        facts |= {name: _dated(facts[name]) for name in DATED if name in facts}
        facts["sealed_by"] = facts.get("sealed_by", "").removeprefix(COMMON)
        found = [(word, facts[name]) for name, word in TOLD if facts.get(name)]
        return [(word, text, HASH.fullmatch(text) is not None) for word, text in found]


def verified(file: BinaryIO, pins: Iterable[str], services: str = "") -> Verified:
    """Check a report on the disk; ``pins`` are fingerprints of trusted certificates.

    ``services`` is a PEM file of the time-stamp services that count, if any. Raises ``NoReportError``. The words are those of ``verify_report.py``.
    """
    limits = {"seconds": SECONDS, "memory_bytes": MEMORY_BYTES}
    try:
        with output_from(MODULE, [services, *sorted(pins)], file, **limits) as output:
            found = json.load(output)
    except UnfinishedError as error:
        raise NoReportError(str(error)) from error
    if "problem" in found:
        raise NoReportError(str(found["problem"])[:MOST_WORDS])
    checks = tuple(Looked(one["name"], one["state"], _dated(one["words"])) for one in found["checks"])
    return Verified(checks, found["facts"])


def _dated(words: str) -> str:
    """The same with each moment and day as people write it, in UTC."""
    return MOMENT.sub(_in_words, words)


def _in_words(found: re.Match[str]) -> str:
    try:
        at = datetime.fromisoformat(found[0])
    except ValueError:  # a report may say anything
        return found[0]
    return f"{at.day} {at:%b %Y, %H:%M} UTC" if found[1] else f"{at.day} {at:%b %Y}"
