"""What changed in the checklist since the edition that an assessment came from. Pure."""

from dataclasses import dataclass
from datetime import date

from compliance.checklists.changes import Row, Telling
from compliance.checklists.choices import ChangeKind
from compliance.checklists.diff import Document, FactChange, compare


@dataclass(frozen=True, slots=True)
class EditionChanges:
    """Two editions compared, as a report tells it.

    ``is_carried`` says that the older one is that of the assessment before; else the
    assessment itself was moved.
    """

    old_number: str
    new_number: str
    old_law_as_of: date
    new_law_as_of: date
    notes: str
    is_carried: bool
    rows: tuple[Row, ...]
    facts: tuple[FactChange, ...]
    counts: tuple[tuple[ChangeKind, int], ...]
    total: int


def changes(old: Document, new: Document, *, is_carried: bool) -> EditionChanges:
    """Every difference between two documents of ``checklists/content.py``."""
    found = compare(old, new)
    was, now = old["edition"], new["edition"]
    return EditionChanges(
        old_number=was["number"],
        new_number=now["number"],
        old_law_as_of=date.fromisoformat(was["law_as_of"]),
        new_law_as_of=date.fromisoformat(now["law_as_of"]),
        notes=now["release_notes"],
        is_carried=is_carried,
        rows=tuple(Telling(old, new).rows(found)),
        facts=found.facts,
        counts=tuple(found.counts),
        total=len(found.items),
    )
