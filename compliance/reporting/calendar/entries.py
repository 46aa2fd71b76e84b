"""Dates as the calendar knows them: marks without words, and entries with them. Pure."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple


class Mark(NamedTuple):
    """A date of one source, light enough to sort ten thousand: no word of it is read yet.

    ``pk`` is the row, or the rows' group, that has the date; ``questions`` is their
    number, ``first`` names the answer to one of them. ``at`` is its last change, where the
    row itself knows that.
    """

    day: date
    source: str
    pk: str
    questions: int = 1
    first: int = 0
    at: datetime | None = None
    more: Any = None


@dataclass(frozen=True, slots=True)
class Touch:
    """An assessment that a date of the law concerns: ``count`` questions, ``open`` of them
    without an answer.
    """

    id: uuid.UUID
    subject: str
    count: int
    open: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One date in words. ``key`` names it within its organisation, for as long as it stands.

    ``path`` is its page, ``at`` the moment of its last change.
    """

    key: str
    kind: str
    day: date
    title: str
    path: str
    at: datetime
    detail: str = ""
    touches: list[Touch] = field(default_factory=list)

    def uid(self, organisation_id: uuid.UUID) -> str:
        """The same in every installation and language, and of no other date (RFC 7986, 5.3)."""
        return str(uuid.uuid5(organisation_id, self.key))
