"""Gates: tables in the head of an edition that apply to many questions. Pure.

A gate is a mapping::

    {"key", "title", "because", "cites",
     "questions": [keys] or "all_but": [keys]; without both it stands before all,
     "rows": [{"when", "effect", "from", "because", "cites"}]}

Of its rows the first whose rule holds counts; the last has no rule, so the table has an
end. ``effect`` is a word of ``Effect``; "from" is the day from which the duty binds, in
place of the question's own days.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.content.applicability.choices import Effect
from compliance.content.applicability.rules import Facts, holds

Gate = Mapping[str, Any]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passed:
    """A gate with its rows that count for some facts: one, or all that still may."""

    gate: Gate
    rows: tuple[Row, ...]

    @property
    def is_open(self) -> bool:
        return len(self.rows) > 1

    @property
    def is_out(self) -> bool:
        return all(row["effect"] == Effect.OUT for row in self.rows)

    @property
    def is_in(self) -> bool:
        """Whether the duty applies whatever its own rule says."""
        return all(row["effect"] == Effect.IN for row in self.rows)

    @property
    def row(self) -> Row:
        """The row that is shown: the first that keeps the duty in, or the first."""
        kept = (row for row in self.rows if row["effect"] != Effect.OUT)
        return next(kept, self.rows[0])

    @property
    def starts_on(self) -> date | None:
        day = self.row.get("from")
        return date.fromisoformat(day) if day else None


def covers(gate: Gate, key: str) -> bool:
    """Whether a question stands behind a gate."""
    if "questions" in gate:
        return key in gate["questions"]
    return key not in gate.get("all_but", ())


def passed(gates: Iterable[Gate], key: str, facts: Facts) -> tuple[Passed, ...]:
    """The gates before a question, each with the rows that count."""
    return tuple(Passed(gate, tuple(_counting(gate["rows"], facts))) for gate in gates if covers(gate, key))


def _counting(rows: Iterable[Row], facts: Facts) -> Iterator[Row]:
    for row in rows:
        value = holds(row.get("when"), facts)
        if value is not False:
            yield row
        if value is True:
            return
