"""Two texts for one field, put side by side. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.checklists.diff import word_diff

LABELS = {
    "verdict": "answer",
    "value": "value",
    "note": "note",
    "reason": "reason",
    "owner_id": "owner",
    "due_on": "due date",
    "later_until": "day until which it waits",
}
_INPUTS = {"owner_id": "owner"}
_TEXTS = {"note", "reason"}


@dataclass(frozen=True, slots=True)
class Side:
    """One field that both sides changed: as runs of ("same" or "ins", text).

    ``who`` saved theirs, ``at`` that moment.
    """

    label: str
    mine: list[tuple[str, str]]
    theirs: list[tuple[str, str]]
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the block shows, and what each of its buttons sends."""

    sides: list[Side]
    keep_mine: list[tuple[str, str]]
    keep_theirs: list[tuple[str, str]]
    keep_both: list[tuple[str, str]]

    @property
    def what(self) -> str:
        """ "note" or "note and due date", for the heading."""
        return " and ".join(side.label for side in self.sides)

    @property
    def who(self) -> list[str]:
        """Everybody who saved one of the fields, each once."""
        return list(dict.fromkeys(side.who for side in self.sides))

    @property
    def at(self) -> datetime:
        """When the last of them did."""
        return max(side.at for side in self.sides)


def conflict(
    fields: Sequence[str],
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    typed: Iterable[tuple[str, str]],
    standing: Mapping[str, Any],
    *,
    saved: Mapping[str, tuple[str, datetime]],
) -> Conflict:
    """Lay out a refused save.

    ``mine`` and ``theirs`` say each field of ``fields`` in words; ``typed`` are the
    inputs as they were sent; ``standing`` are the texts now saved, ``saved`` by whom
    and when.
    """
    sent = [(name, text) for name, text in typed if name not in {"base", "want"}]
    inputs = {_INPUTS.get(field, field) for field in fields}
    both = []
    if set(fields) <= _TEXTS:
        both = [
            (name, f"{standing[name]}\n\n{text}" if name in inputs else text)
            for name, text in sent
        ]
    return Conflict(
        sides=[_side(f, mine[f], theirs[f], *saved[f]) for f in fields],
        keep_mine=sent,
        keep_theirs=[(name, text) for name, text in sent if name not in inputs],
        keep_both=both,
    )


def _side(field: str, mine: str, theirs: str, who: str, at: datetime) -> Side:
    runs = word_diff(theirs, mine)
    return Side(
        label=LABELS[field],
        mine=[run for run in runs if run[0] != "del"],
        theirs=[("ins" if k == "del" else k, t) for k, t in runs if k != "ins"],
        who=who,
        at=at,
    )
