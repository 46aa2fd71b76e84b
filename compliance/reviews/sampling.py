"""The answers that a reviewer checks first, chosen by risk. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compliance.assessments.choices import Verdict
from compliance.reviews.checks import Checks, last_of, seen_of
from compliance.reviews.choices import CheckResult, Why
from compliance.snapshots.content import Content, Line

HEAVIEST = 5
"""The weight that is always worth a look."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Why some answers are looked at first, and how far that has come."""

    why: Why
    lines: Sequence[Line]
    checked: int
    returned: int

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
            lines = [
                line
                for line in content.applying
                if signed and before.get(line.key) != seen_of(line)
            ]
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


def together(found: Sequence[Sample]) -> list[Line]:
    """Each answer of some samples once, in the order of the assessment's list."""
    lines: dict[str, Line] = {}
    for sample in found:
        lines |= {line.key: line for line in sample.lines}
    return list(lines.values())
