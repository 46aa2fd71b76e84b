"""Upper limits of fines that a law sets for its provisions. Pure.

A limit is a figure of the act and no estimate: an authority weighs each case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MILLION = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Tier:
    """A limit in euros, or in percent of worldwide turnover; the highest sorts last.

    ``under`` is the provision that sets it, ``note`` says whose limit differs.
    """

    amount: int
    percent: int
    under: str = ""
    note: str = ""

    @property
    def words(self) -> str:
        """The limit in short, always in euros: "20 M or 4 %"."""
        millions = f"{self.amount / MILLION:.1f}".removesuffix(".0")
        return f"{millions} M or {self.percent} %"


Limits = Mapping[str, Tier]
"""Limit by citation; one of an article holds for every unit of it."""


def limits(fines: Iterable[Mapping[str, Any]]) -> Limits:
    """The limits of an instrument, as its ``fines`` say them."""
    return {
        cite: Tier(one["amount"], one["percent"], one["under"], one.get("note", ""))
        for one in fines
        for cite in one["provisions"]
    }


def limit_of(cite: str, known: Limits) -> Tier | None:
    """The limit of a citation: its own, or that of what it is a unit of."""
    while cite not in known:
        if not cite.endswith(")"):
            return None
        cite = cite[: cite.rindex("(")]
    return known[cite]
