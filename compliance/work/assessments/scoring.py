"""Verdicts that follow from a value, and the two numbers of a checklist. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from compliance.content.checklists.rating import BELOW
from compliance.ground.web.numbers import number

ORDER = (
    *("met", "partly", BELOW, "not_met"),
    *("na", "dont_know", "later", "unanswered"),
)
"""Verdicts in the order that bars and counts show them."""

DERIVED = frozenset({"stage", "choice", "choices", "number"})
"""Kinds whose verdict follows from the value; in the others a person decides."""

CHOSEN = DERIVED - {"number"}
"""Those whose value is one of the question's choices, or some."""

BESIDE = frozenset({"na", "dont_know", "later"})
"""Verdicts that a person may say of a derived kind, beside its value."""


def verdict_of(
    kind: str,
    value: Any,
    bounds: Mapping[str, Any] | None = None,
    choices: Mapping[str, str] | None = None,
) -> str:
    """The verdict that a value stands for; "unanswered" without a value.

    ``bounds`` has ``at_most`` or ``at_least`` and optionally ``partly_at_most`` or
    ``partly_at_least``; ``choices`` maps choice keys to verdicts. Several choices
    count as their worst. Raises ``ValueError`` for a number that is none.
    """
    if value in (None, "", []):
        return "unanswered"
    if kind == "number":
        return _number_verdict(number(value), bounds or {})
    chosen = value if isinstance(value, list) else [value]
    found = [(choices or {}).get(key) or "met" for key in chosen]
    return max(found, key=lambda verdict: _BADNESS[verdict])


_BADNESS = {"na": 0, "met": 1, "partly": 2, "not_met": 3, "unanswered": 4}


def _number_verdict(value: Decimal, bounds: Mapping[str, Any]) -> str:
    most, least = bounds.get("at_most"), bounds.get("at_least")
    if _within(value, most, least):
        return "met"
    most, least = bounds.get("partly_at_most"), bounds.get("partly_at_least")
    has_partly = most is not None or least is not None
    return "partly" if has_partly and _within(value, most, least) else "not_met"


def _within(value: Decimal, most: Any, least: Any) -> bool:
    return (most is None or value <= Decimal(str(most))) and (least is None or value >= Decimal(str(least)))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many applicable questions have each verdict.

    Someone who does not know, or says later, has not answered yet: those two are
    open, and counted apart from what nobody has looked at. ``below`` are ratings that
    are not met: no law asks for more.
    """

    met: int = 0
    partly: int = 0
    not_met: int = 0
    na: int = 0
    dont_know: int = 0
    later: int = 0
    unanswered: int = 0
    below: int = 0

    @property
    def total(self) -> int:
        return self.answered + self.open

    @property
    def answered(self) -> int:
        return self.met + self.partly + self.below + self.not_met + self.na

    @property
    def open(self) -> int:
        """Unanswered, "don't know" and "later" together."""
        return self.dont_know + self.later + self.unanswered

    @property
    def is_complete(self) -> bool:
        return bool(self.total) and not self.open

    @property
    def answered_percent(self) -> int | None:
        """Completion: answered of applicable."""
        return percent(self.answered, self.total)

    @property
    def met_percent(self) -> int | None:
        """Compliance: met of applicable, unanswered ones included."""
        return percent(self.met, self.total)

    def parts(self) -> list[tuple[str, int]]:
        """Verdict and count, in the order of bars."""
        return [(name, getattr(self, name)) for name in ORDER]

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{n: getattr(self, n) + getattr(other, n) for n in ORDER})


def tally(counts: Iterable[tuple[str, int]]) -> Tally:
    """Counts by verdict, summed; a verdict may come more than once."""
    sums = dict.fromkeys(ORDER, 0)
    for verdict, count in counts:
        sums[verdict] += count
    return Tally(**sums)


def percent(part: int, whole: int) -> int | None:
    """Whole percent, 0 to 100, halves up; None when there is nothing to count.

    Never rounds up to 100: complete means complete.
    """
    if not whole:
        return None
    exact = Decimal(100 * part) / Decimal(whole)
    rounded = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    return 99 if rounded == 100 and part < whole else rounded
