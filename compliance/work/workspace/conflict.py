"""Two texts for one field, put side by side. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.content.checklists.diff import word_diff
from compliance.work.assessments.answer_fields import BY_COLUMN, NEEDED, Kind


@dataclass(frozen=True, slots=True)
class Side:
    """One field that both sides changed: as runs of ("same" or "ins", text).

    ``who`` saved theirs, ``at`` that moment; empty where nobody changed it since.
    """

    label: str
    mine: list[tuple[str, str]]
    theirs: list[tuple[str, str]]
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Contents of the conflict block, and the values that each of its buttons sends."""

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
        return list(dict.fromkeys(side.who for side in self.sides if side.who))

    @property
    def at(self) -> datetime | None:
        """When the last of them did."""
        return max((side.at for side in self.sides if side.at), default=None)


def conflict(
    fields: Sequence[str],
    mine: Mapping[str, str],
    theirs: Mapping[str, str],
    touched: Mapping[str, Any],
    standing: Mapping[str, Any],
    *,
    saved: Mapping[str, tuple[str, datetime]],
    is_derived: bool = False,
    more: Sequence[tuple[str, str]] = (),
    rests_on: Sequence[tuple[str, str]] = (),
) -> Conflict:
    """Lay out a refused save.

    ``mine`` and ``theirs`` say each field of ``fields`` in words; ``touched`` are the
    fields that I changed; ``standing`` are the texts now saved, ``saved`` by whom and
    when. ``is_derived`` says that the verdict follows from a value; ``more`` are other
    inputs that each button sends, ``rests_on`` those that go with what I wrote. Taking
    another's verdict or day leaves out the fields that belong to one's own verdict.
    """
    left = set(fields)
    needed = NEEDED.values()
    if left & {"verdict", *(one.column for one in needed if one.is_tied)}:
        left |= {"verdict", *(one.column for one in needed)}
        left |= {"value"} if is_derived else set()
    texts = {
        field: f"{standing[field]}\n\n{text}" if field in fields else text
        for field, text in touched.items()
        if all(BY_COLUMN[name].kind == Kind.TEXT for name in fields)
    }
    others = {f: value for f, value in touched.items() if f not in left}
    return Conflict(
        sides=[_side(f, mine[f], theirs[f], *saved.get(f, ("", None))) for f in fields],
        keep_mine=[*_inputs(touched), *rests_on, *more],
        keep_theirs=[*_inputs(others), *(rests_on if others else ()), *more],
        keep_both=[*_inputs(texts), *rests_on, *more] if texts else [],
    )


def _inputs(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields as a form sends them."""
    for field, value in fields.items():
        for text in value if isinstance(value, list) and value else [value]:
            yield BY_COLUMN[field].name, str(text or "")


def _side(field: str, mine: str, theirs: str, who: str, at: datetime | None) -> Side:
    runs = word_diff(theirs, mine)
    return Side(
        label=BY_COLUMN[field].label,
        mine=[run for run in runs if run[0] != "del"],
        theirs=[("ins" if k == "del" else k, t) for k, t in runs if k != "ins"],
        who=who,
        at=at,
    )
