"""The dates of an organisation that a person may see: all as marks, one page as entries."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from compliance.identity.organisations.access import Permission
from compliance.identity.organisations.models import User
from compliance.proof.audit.models import Event
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry, Mark
from compliance.reporting.calendar.sources import auditor, law, outside, targets, work
from compliance.reporting.calendar.sources.scope import DateScope
from compliance.work.assessments.events import DETAILS_CORRECTED
from compliance.work.assessments.models import Answer


@dataclass(frozen=True, slots=True)
class Source:
    """Where dates of a kind come from, and the permission they take."""

    kind: Kind
    marks: Callable[[DateScope], Iterator[Mark]]
    entries: Callable[[DateScope, Sequence[Mark]], Iterator[Entry]]
    takes: Permission = Permission.VIEW


SOURCES: Mapping[str, Source] = {
    law.BEGINS: Source(Kind.LAW, law.begins, law.entries_of_begins),
    law.ENDS: Source(Kind.LAW, law.ends, law.entries_of_ends),
    law.APPLIES: Source(Kind.LAW, law.applies, law.entries_of_applies),
    work.ANSWER: Source(Kind.ANSWER, work.answers, work.entries_of_answers),
    work.LATER: Source(Kind.LATER, work.put_off, work.entries_of_put_off),
    work.ACTION: Source(Kind.ACTION, work.actions, work.entries_of_actions),
    work.EVIDENCE: Source(Kind.EVIDENCE, work.evidence, work.entries_of_evidence),
    work.REVIEW: Source(Kind.REVIEW, work.reviews, work.entries_of_reviews),
    targets.TARGET: Source(Kind.REVIEW, targets.targets, targets.entries_of_targets),
    outside.REQUEST: Source(Kind.AUDITOR, outside.requests, outside.entries_of_requests, Permission.SEATS),
    outside.SEAT: Source(Kind.AUDITOR, outside.seats, outside.entries_of_seats, Permission.SEATS),
    outside.LINK: Source(Kind.LINK, outside.links, outside.entries_of_links, Permission.SEATS),
    auditor.ASKED: Source(Kind.AUDITOR, auditor.asked, auditor.entries_of_asked, Permission.AUDIT),
    auditor.FIRST: Source(Kind.AUDITOR, auditor.firsts, auditor.entries_of_seats, Permission.AUDIT),
    auditor.LAST: Source(Kind.AUDITOR, auditor.lasts, auditor.entries_of_seats, Permission.AUDIT),
}
"""Source to its readers, in the order of one day."""
_PLACES = {name: at for at, name in enumerate(SOURCES)}
_CHANGED_ELSEWHERE = (work.ACTION, work.EVIDENCE)
"""Sources whose rows do not say when they were changed: the trail does."""
_OF_SEVERAL = (work.ANSWER, work.LATER)
"""Sources whose dates stand for several answers, of which any may leave the date."""
_OF_ASSESSMENT = (*_OF_SEVERAL, work.REVIEW)
"""Sources whose dates name an assessment; its details may be corrected."""
_STRETCH = 500


def marks(scope: DateScope) -> list[Mark]:
    """Every date by its day, in a fixed number of statements."""
    found = [mark for source in SOURCES.values() if source.takes in scope.may for mark in source.marks(scope)]
    return sorted(found, key=_place)


def own(scope: DateScope, person: User) -> list[Mark]:
    """The dates that one person works on.

    To whoever starts assessments the law of all of them belongs.
    """
    its = marks(scope.of(person))
    if Permission.ASSESS not in scope.may:
        return its
    its = [mark for mark in its if kind_of(mark) != Kind.LAW]
    law = [mark for mark in marks(scope) if kind_of(mark) == Kind.LAW]
    return sorted([*its, *law], key=_place)


def nobodys(scope: DateScope) -> list[Mark]:
    """Dates that no active member works on; the law is left out."""
    return [m for m in marks(scope.of_nobody()) if kind_of(m) != Kind.LAW]


def _place(mark: Mark) -> tuple[object, ...]:
    """Ids of one source are all numbers, or all of one length: 2 is before 10."""
    return mark.day, _PLACES[mark.source], len(mark.pk), mark.pk


def kind_of(mark: Mark) -> Kind:
    """The kind under which a mark is filtered."""
    return SOURCES[mark.source].kind


def entries(scope: DateScope, some: Iterable[Mark]) -> list[Entry]:
    """Some marks in words, in their order; at most three statements for each source."""
    of: defaultdict[str, list[Mark]] = defaultdict(list)
    order = list(some)
    for mark in order:
        of[mark.source].append(mark)
    shown: dict[Mark, Entry] = {}
    for name, its in of.items():
        shown |= zip(map(_same, its), SOURCES[name].entries(scope, its), strict=True)
    return [shown[_same(mark)] for mark in order]


def _same(mark: Mark) -> Mark:
    """The mark without what cannot be hashed."""
    return mark._replace(more=None)


def dated(scope: DateScope, some: Sequence[Mark]) -> list[Mark]:
    """The marks with the moment of the last change of each, for a subscription."""
    found: dict[tuple[str, str], datetime] = {}
    for source in _CHANGED_ELSEWHERE:
        pks = [mark.pk for mark in some if mark.source == source]
        found |= {(source, pk): at for pk, at in _last_events(scope, pks, subject_label=source)}
    for source in _OF_SEVERAL:
        its = {mark.pk for mark in some if mark.source == source}
        found |= {(source, pk): moment for pk, moment in _last_saves(its)}
    pks = sorted({mark.pk for mark in some if mark.source in _OF_ASSESSMENT})
    about = {"subject_label": DETAILS_CORRECTED.subject, "action": DETAILS_CORRECTED}
    corrected = dict(_last_events(scope, pks, **about))
    return [
        mark._replace(at=_latest(mark.at, found.get((mark.source, mark.pk)), corrected.get(mark.pk)))
        for mark in some
    ]


def _last_events(scope: DateScope, pks: Sequence[str], **about: Any) -> Iterator[tuple[str, datetime]]:
    """Rows that events are about, and when the last of these was."""
    for at in range(0, len(pks), _STRETCH):
        rows = Event.objects.order_by().filter(
            organisation_id=scope.organisation.pk, subject_id__in=pks[at : at + _STRETCH], **about
        )
        yield from rows.values_list("subject_id").annotate(at=Max("at"))


def _last_saves(assessment_ids: Collection[Any]) -> Iterator[tuple[str, datetime]]:
    """Assessments, and when any answer of each changed last.

    The answers that a date still has may all have changed before one that left it.
    """
    rows = Answer.everything.order_by().filter(assessment__in=assessment_ids, changed_at__isnull=False)
    for pk, at in rows.values_list("assessment").annotate(at=Max("changed_at")):
        yield str(pk), at


def _latest(*moments: datetime | None) -> datetime | None:
    return max(filter(None, moments), default=None)
