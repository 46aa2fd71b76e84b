"""Duties counted by verdict: law, and beside it recommended practice. Pure.

``docs/scoring.md`` has the rules with worked examples. Nothing here is a percentage, and
no level or rating is part of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from compliance.content.legal_index.fines import Tier
from compliance.reporting.results.choices import Proof

RULES = "2026-11-28"
"""The version of the rules of counting: see ``docs/scoring.md``."""
RULED_ON = date.fromisoformat(RULES)
"""The same as a day, for readers."""
NO_LIMIT = "no limit in the acts cited"
"""The name of duties that cite no provision with a limit of fines."""
COUNTED = ("met", "partly", "not_met", "open")
"""Verdicts of the denominator in the order of bars; "open" has everything unanswered."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One question that applies by its rule.

    ``verdict`` is as answered; ``na_waits`` says that a second person has not confirmed
    "not applicable" yet. ``is_ahead`` says that it binds only from a later day.
    ``tier`` is the upper limit of fines of what it cites; without ``roles`` it binds all.
    """

    id: int
    key: str
    title: str
    section: str
    section_title: str
    verdict: str
    weight: int
    is_law: bool
    binds_from: date | None = None
    is_ahead: bool = False
    na_waits: bool = False
    proof: Proof = Proof.NONE
    tier: Tier | None = None
    roles: tuple[str, ...] = ()

    @property
    def counted(self) -> str:
        """The verdict as results count it: "na" only once a second person confirmed it."""
        if self.verdict == "na" and not self.na_waits:
            return "na"
        return self.verdict if self.verdict in COUNTED else "open"


@dataclass(frozen=True, slots=True)
class Counts:
    """Duties by verdict, with the sum of their weights.

    ``na`` stands beside the total. ``proved`` are met duties whose evidence covers the
    whole audit period; for ``early`` it ends within, the others have none.
    """

    met: int = 0
    partly: int = 0
    not_met: int = 0
    open: int = 0
    na: int = 0
    proved: int = 0
    early: int = 0
    weights: tuple[int, ...] = (0, 0, 0, 0)

    @property
    def total(self) -> int:
        """The denominator: duties that apply, without confirmed "not applicable"."""
        return self.met + self.partly + self.not_met + self.open

    @property
    def weight(self) -> int:
        return sum(self.weights)

    @property
    def weighed(self) -> list[tuple[str, int]]:
        """Verdict and weight, in the order of bars."""
        return list(zip(COUNTED, self.weights, strict=True))


@dataclass(frozen=True, slots=True)
class Section:
    """A section with the counts of its duties, and their highest limit of fines."""

    key: str
    title: str
    counts: Counts
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """The duties under one limit of fines, or of one role: binding, and to prepare.

    ``key`` is the role; ``tier`` the limit, None for duties without one in what they
    cite: national law decides there, or nobody.
    """

    counts: Counts
    to_prepare: int
    tier: Tier | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Duties that bind from a day on and are not met yet."""

    on: date
    counts: Counts


@dataclass(frozen=True)
class LawResult:
    """Duties that bind today, duties to prepare, and recommended practice.

    ``tiers`` are the limits of fines from the highest; ``roles`` are those that the
    organisation has, each with every duty that binds it.
    """

    counts: Counts
    sections: list[Section]
    ahead: list[Duty]
    gaps: list[Duty]
    open: list[Duty]
    practice: Counts
    later: list[Later]
    tiers: list[Exposure]
    roles: list[Exposure]

    @property
    def is_there(self) -> bool:
        """Whether any law is asked about; a checklist may hold ratings alone."""
        return bool(self.counts.total or self.counts.na or self.ahead)


def law_result(duties: Iterable[Duty], roles: Iterable[str] = ()) -> LawResult:
    """The result of duties in the order of the checklist.

    Gaps are duties not met, then those met in part, each by limit of fines, then weight.
    ``roles`` are those that the organisation has.
    """
    found = list(duties)
    law = [duty for duty in found if duty.is_law]
    now = [duty for duty in law if not duty.is_ahead]
    ahead = [d for d in law if d.is_ahead and d.counted not in {"met", "na"}]
    gaps = [duty for duty in now if duty.counted in {"not_met", "partly"}]
    gaps.sort(key=lambda duty: (duty.counted != "not_met", *gravity(duty)))
    by_role = {role: [d for d in law if not d.roles or role in d.roles] for role in roles}
    return LawResult(
        counts=count(now),
        sections=[
            Section(key, rows[0].section_title, count(rows), _highest(rows))
            for key, group in groupby(now, key=lambda duty: duty.section)
            for rows in [list(group)]
        ],
        ahead=ahead,
        gaps=gaps,
        open=[duty for duty in now if duty.counted == "open"],
        practice=count(duty for duty in found if not duty.is_law),
        later=list(_later(ahead)),
        tiers=[_exposure([d for d in law if d.tier == tier], tier=tier) for tier in _limits(law)],
        roles=[_exposure(some, key=role) for role, some in by_role.items()],
    )


def gravity(duty: Duty) -> tuple[int, int, int]:
    """The place of a gap: the highest limit of fines first, then the heaviest."""
    tier = duty.tier
    return -(tier.amount if tier else 0), -(tier.percent if tier else 0), -duty.weight


def _highest(duties: Iterable[Duty]) -> Tier | None:
    return max((duty.tier for duty in duties if duty.tier), default=None)


def _limits(law: Iterable[Duty]) -> list[Tier | None]:
    """The limits of some duties, the highest first, none last; empty where none has one."""
    found = {duty.tier for duty in law}
    named = sorted((tier for tier in found if tier), reverse=True)
    return [*named, *([None] if named and None in found else [])]


def _exposure(law: list[Duty], *, tier: Tier | None = None, key: str = "") -> Exposure:
    ahead = [d for d in law if d.is_ahead and d.counted not in {"met", "na"}]
    now = count(duty for duty in law if not duty.is_ahead)
    return Exposure(now, len(ahead), tier, key)


def _later(ahead: Iterable[Duty]) -> Iterable[Later]:
    dated = [(duty.binds_from, duty) for duty in ahead if duty.binds_from]
    dated.sort(key=lambda one: one[0])
    for day, some in groupby(dated, key=lambda one: one[0]):
        yield Later(day, count(duty for _, duty in some))


def count(duties: Iterable[Duty]) -> Counts:
    """Counts of some duties."""
    found = list(duties)
    by_verdict = {name: [duty for duty in found if duty.counted == name] for name in (*COUNTED, "na")}
    met = by_verdict["met"]
    return Counts(
        **{name: len(rows) for name, rows in by_verdict.items()},
        proved=sum(duty.proof == Proof.WHOLE for duty in met),
        early=sum(duty.proof == Proof.EARLY for duty in met),
        weights=tuple(sum(d.weight for d in by_verdict[name]) for name in COUNTED),
    )
