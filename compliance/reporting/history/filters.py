"""A filter of the trail, read from an address, leniently."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from compliance.ground.web.spelling import spellings
from compliance.ground.web.text import LONGEST_SEARCHED, number_in, searched
from compliance.proof.audit import event_types
from compliance.proof.audit.event_types import Topic
from compliance.proof.audit.models import Event
from compliance.proof.audit.text_erasure import holding

PROGRAM = "attest"
"""The author of entries that the program made by itself."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter of events; empty is all. Days are in the zone of the installation."""

    who: str = ""
    sort: str = ""
    scope: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""

    @property
    def is_all(self) -> bool:
        return self == Chosen()

    @property
    def query(self) -> str:
        """The same as the query of an address, "" for all."""
        values = {
            "who": self.who,
            "sort": self.sort,
            "scope": self.scope,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "text": self.text,
        }
        return urlencode({name: value for name, value in values.items() if value})

    def of(self, events: QuerySet[Event], ids: Iterable[int] = ()) -> QuerySet[Event]:
        """Those that were asked for. ``ids`` are answers that the text names, too."""
        if self.who:
            actor = None if self.who == PROGRAM else int(self.who)
            events = events.filter(actor=actor)
        if self.sort:
            about = event_types.those(topic=Topic(self.sort))
            events = events.filter(action__in=about)
        if self.scope:
            events = events.filter(scope_id=UUID(self.scope))
        if self.since:
            events = events.filter(at__gte=_begin(self.since))
        if self.until:
            events = events.filter(at__lt=_begin(self.until + timedelta(days=1)))
        return self._with_text(events, ids)

    def _with_text(self, events: QuerySet[Event], ids: Iterable[int]) -> QuerySet[Event]:
        if not self.text:
            return events
        found = holding(spellings(self.text))
        found |= Q(action__icontains=self.text) | Q(hash__startswith=self.text.lower())
        answers = [str(pk) for pk in ids]
        if answers:
            found |= Q(subject_label="answer", subject_id__in=answers)
        return events.filter(found)


def chosen_in(query: QueryDict) -> Chosen:
    """The filter in an address; parts that make no sense are left out."""
    who, sort = query.get("who", ""), query.get("sort", "")
    return Chosen(
        who=who if who == PROGRAM or number_in(who) is not None else "",
        sort=sort if sort in Topic.values else "",
        scope=_uuid(query.get("scope", "")),
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        text=searched(query.get("text", "")),
    )


def nonsense_in(query: QueryDict) -> list[str]:
    """Parts of an address that ``chosen_in`` leaves out, in words; a file never leaves any out."""
    chosen, wrong = chosen_in(query), []
    for name, what in _NAMED.items():
        text = query.get(name, "").strip()
        if text and not getattr(chosen, name):
            wrong.append(f"“{text[:40]}” is not {what}.")
    if len(query.get("text", "").strip()) > LONGEST_SEARCHED:
        wrong.append(f"A text to look for has at most {LONGEST_SEARCHED} characters.")
    if chosen.since and chosen.until and chosen.until < chosen.since:
        wrong.append("The last day comes before the first.")
    return wrong


_NAMED = {
    "who": "a person",
    "sort": "a sort of event",
    "scope": "an assessment",
    "since": "a day from which to look, as in 2026-11-24",
    "until": "a day up to which to look, as in 2026-11-24",
}


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2900 else None


def _uuid(text: str) -> str:
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return ""
