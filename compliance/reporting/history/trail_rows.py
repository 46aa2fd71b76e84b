"""Events of the trail as people read them: on the page and in a file."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import batched
from typing import NamedTuple

from django.db.models import QuerySet

from compliance.assurance.reviews.event_labels import event_in_words
from compliance.assurance.seats.events import SHARE_OPENED
from compliance.content.checklists.pauses import changes_of
from compliance.content.formats.csv_file import guarded
from compliance.identity.organisations.models import Organisation
from compliance.identity.tokens.models import Token
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.work.assessments.models import Answer

HEADINGS = (
    "number", "at_utc", "who", "what", "event", "about", "assessment",
    "is_erased", "hash",
)  # fmt: skip
_STRETCH = 500
_MOST_NAMED = 500
"""Answers that a text may name by their question's key."""


class Row(NamedTuple):
    """An event and what it says; ``token`` is the program's by which it was done."""

    event: Event
    text: str
    token: str = ""
    earlier: tuple["Row", ...] = ()
    """Those before it that read as one change with it, newest first."""

    @property
    def who(self) -> str:
        """The author; of someone who came by a link nothing else is known."""
        if self.event.action == SHARE_OPENED:
            return "By share link"
        if not self.token:
            return str(self.event.actor or "Attest")
        if self.event.actor is None:
            return f"Token “{self.token}”"
        return f"{self.event.actor}, by token “{self.token}”"


def rows_of(events: Iterable[Event]) -> list[Row]:
    """The rows of a page, newest first, a run of saves of one question in one row."""
    found = {row.event.pk: row for row in _rows_of(events)}
    changes = changes_of([row.event for row in found.values()])
    runs = [[found[event.pk] for event in reversed(one.events)] for one in changes]
    return [newest._replace(earlier=tuple(earlier)) for newest, *earlier in runs]


def _rows_of(events: Iterable[Event]) -> list[Row]:
    """The events with their words, in one query whatever their number.

    One more names the tokens, where programs did some of it.
    """
    events = list(events)
    borne = {event.pk: token for event in events if (token := trail.token_of(event))}
    names = Token.names_of(borne.values()) if borne else {}
    ids = {int(e.subject_id) for e in events if e.subject_label == "answer"}
    found = Answer.everything.filter(pk__in=ids).order_by()
    keys = dict(found.values_list("pk", "question__key"))
    return [Row(event, _words(event, keys), names.get(borne.get(event.pk, 0), "")) for event in events]


def named_by(organisation: Organisation, text: str) -> list[int]:
    """Answers of an organisation whose question has that key."""
    if not text or len(text) > 60:
        return []
    rows = Answer.everything.filter(assessment__organisation=organisation, question__key__iexact=text)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:_MOST_NAMED])


def csv_of(events: QuerySet[Event]) -> Iterator[str]:
    """A table that Excel and LibreOffice open as UTF-8, oldest first, bit by bit."""
    yield "\ufeff" + _line(HEADINGS)
    oldest_first = events.order_by("seq").iterator(chunk_size=_STRETCH)
    for some in batched(oldest_first, _STRETCH):
        yield "".join(_line(_cells(row)) for row in _rows_of(some))


def _cells(row: Row) -> tuple[str, ...]:
    event = row.event
    return (
        str(event.seq),
        event.at.isoformat(),
        row.who,
        row.text,
        event.action,
        f"{event.subject_label} {event.subject_id}",
        str(event.scope_id or ""),
        "yes" if event.is_erased else "",
        event.hash,
    )


def _line(cells: Iterable[str]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([guarded(cell) for cell in cells])
    return file.getvalue()


def _words(event: Event, keys: dict[int, str]) -> str:
    key = ""
    if event.subject_label == "answer":
        key = keys.get(int(event.subject_id), "")
    return event_in_words(event.action, *trail.changes(event), key)
