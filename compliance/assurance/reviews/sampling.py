"""The answers that a reviewer checks first: by risk, and some at random. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil

from compliance.assurance.reviews.checks import Checks, last_of, seen_of
from compliance.assurance.reviews.choices import CheckResult, Why
from compliance.work.assessments.choices import Verdict
from compliance.work.snapshots.content import Content, Line

HEAVIEST = 5
"""The weight that is always worth a look."""
HEAVY = 4
"""The weight from which what is not met, or changed since the signature, comes first."""
LEAST, MOST = 10, 40
"""Answers of a sample: a quarter of those that apply, within these bounds."""
AT_RANDOM = 5
"""One in so many answers of a sample is picked at random."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Why some answers are looked at first, and how far that has come."""

    why: Why
    lines: Sequence[Line]
    checked: int
    returned: int
    drawn: int = 0
    """How many of them are in the sample of the review."""

    @property
    def left(self) -> int:
        return len(self.lines) - self.checked


_TESTS: dict[Why, Callable[[Line], bool]] = {
    Why.NOT_MET: lambda line: line.verdict == Verdict.NOT_MET,
    Why.NA: lambda line: line.verdict == Verdict.NA and bool(line.na_by),
    Why.NO_EVIDENCE: lambda line: line.lacks_evidence,
    Why.WEIGHT: lambda line: line.weight >= HEAVIEST,
}


def samples(content: Content, checks: Checks, signed: Content | None) -> list[Sample]:
    """Answers to look at, by reason; ``signed`` is the last signed content."""
    before = {line.key: seen_of(line) for line in signed.lines} if signed else {}
    found = []
    for why in Why:
        if why == Why.CHANGED:
            lines = [line for line in content.applying if signed and before.get(line.key) != seen_of(line)]
        else:
            lines = [line for line in content.applying if _TESTS[why](line)]
        if lines:
            found.append(sample(why, lines, checks))
    return found


def sample(why: Why, lines: Sequence[Line], checks: Checks) -> Sample:
    looks = [last_of(line, checks) for line in lines]
    done = [look for look in looks if look]
    returned = sum(look.result == CheckResult.RETURNED for look in done)
    return Sample(why, lines, len(done), returned)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The sample of a review: what carries most risk, then some of all others at random."""

    by_risk: Sequence[Line]
    at_random: Sequence[Line]

    @property
    def lines(self) -> list[Line]:
        return [*self.by_risk, *self.at_random]

    @property
    def keys(self) -> set[str]:
        return {line.key for line in self.lines}


def whys_of(found: Iterable[Sample]) -> dict[str, set[Why]]:
    """The reasons to look at each answer that carries risk, by the key of its question."""
    whys: dict[str, set[Why]] = {}
    for one in found:
        for line in one.lines:
            whys.setdefault(line.key, set()).add(one.why)
    return whys


def drawn(content: Content, found: Sequence[Sample], seed: str) -> Drawn:
    """A sample that can be gone through, of what ``samples`` found.

    Answers not met, or changed since the signature, that weigh much come first; then those that
    have most reasons to be looked at, and of those the heaviest. One in five is nobody's
    choice: the questions that are left, by the SHA-256 of ``seed`` and key, so that the same
    review has the same sample, and nobody knows it before the review began.
    """
    count = len(content.applying)
    size = size_of(count)
    chance = ceil(size / AT_RANDOM) if size < count else 0
    whys = whys_of(found)

    def risk(line: Line) -> tuple[bool, int, int]:
        own = whys[line.key]
        is_first = line.weight >= HEAVY and not own.isdisjoint(_FIRST)
        return not is_first, -len(own), -line.weight

    risky = sorted((one for one in content.applying if one.key in whys), key=risk)
    by_risk = risky[: size - chance]
    taken = {line.key for line in by_risk}
    left = (line for line in content.applying if line.key not in taken)
    order = sorted(left, key=lambda line: sha256(f"{seed}:{line.key}".encode()).digest())
    return Drawn(by_risk, order[: size - len(by_risk)])


_FIRST = {Why.NOT_MET, Why.CHANGED}


def size_of(count: int) -> int:
    """How many of some answers make a sample."""
    return min(count, max(LEAST, min(MOST, ceil(count / 4))))
