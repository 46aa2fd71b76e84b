"""The draw of questions for a sample. Pure and reproducible."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compliance.assurance.reviews.sampling import HEAVIEST
from compliance.work.assessments.choices import Verdict
from compliance.work.snapshots.content import NO_EVIDENCE


@dataclass(frozen=True, slots=True)
class Lot:
    """The part of an answer that a draw needs."""

    id: int
    key: str
    weight: int
    verdict: str
    is_na_by_person: bool
    has_evidence: bool


def risk_of(lot: Lot) -> int:
    """0 for the greatest risk: the order of ``reviews.sampling``."""
    reasons = (
        lot.verdict == Verdict.NOT_MET,
        lot.is_na_by_person,
        lot.verdict in NO_EVIDENCE and not lot.has_evidence,
        lot.weight >= HEAVIEST,
    )
    return reasons.index(True) if True in reasons else len(reasons)


def by_risk(lots: Sequence[Lot], count: int) -> list[Lot]:
    """The riskiest ones; among equals the heavier, then in the order of the list."""
    order = sorted(range(len(lots)), key=lambda n: _place(lots[n], n))
    return [lots[n] for n in order[:count]]


def _place(lot: Lot, at: int) -> tuple[int, int, int]:
    return risk_of(lot), -lot.weight, at


def at_random(lots: Iterable[Lot], count: int, seed: str) -> list[Lot]:
    """The ones whose SHA-256 of "seed:key" (UTF-8, hexadecimal) comes first."""
    return sorted(lots, key=lambda lot: _ticket(seed, lot.key))[:count]


def _ticket(seed: str, key: str) -> str:
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()
