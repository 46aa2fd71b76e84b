"""Dates of an auditor: requests that wait for an answer, and first and last day of seats."""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext

from compliance.assurance.seats.models import Request, Seat, SeatQuerySet
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry, Mark
from compliance.reporting.calendar.sources.scope import DateScope

ASKED, FIRST, LAST = "asked", "seat-first", "seat-last"


def _own(scope: DateScope) -> SeatQuerySet:
    """The person's seats that are open or begin later; nobody's without a person."""
    rows = Seat.objects.of(scope.organisation).held().order_by()
    return rows.filter(user=scope.person, ended_at=None, until_on__gte=scope.today).exclude(user=None)


def asked(scope: DateScope) -> Iterator[Mark]:
    """Days by which the person wants answers."""
    rows = Request.objects.unanswered().order_by().filter(seat__in=_own(scope))
    for pk, day, at in rows.values_list("pk", "due_on", "asked_at"):
        yield Mark(day, ASKED, str(pk), at=at)


def firsts(scope: DateScope) -> Iterator[Mark]:
    """Days on which seats begin that have not begun."""
    rows = _own(scope).filter(from_on__gt=scope.today)
    for pk, day, at in rows.values_list("pk", "from_on", "given_at"):
        yield Mark(day, FIRST, str(pk), at=at)


def lasts(scope: DateScope) -> Iterator[Mark]:
    """Last days of seats."""
    for pk, day, at in _own(scope).values_list("pk", "until_on", "given_at"):
        yield Mark(day, LAST, str(pk), at=at)


def entries_of_asked(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessment."""
    found = Request.objects.for_page().in_bulk([int(mark.pk) for mark in marks])
    for mark in marks:
        one = found[int(mark.pk)]
        words = gettext("Request due: %(code)s %(title)s")
        yield Entry(
            key=f"asked-{one.pk}",
            kind=Kind.AUDITOR,
            day=mark.day,
            title=words % {"code": one.code, "title": one.title},
            path=reverse("seats:asked", args=[scope.organisation.slug, one.seat_id, one.pk]),
            at=mark.at or one.asked_at,
            detail=str(one.assessment),
        )


def entries_of_seats(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessment."""
    found = Seat.objects.for_page().in_bulk([int(mark.pk) for mark in marks])
    for mark in marks:
        one = found[int(mark.pk)]
        begins = mark.source == FIRST
        yield Entry(
            key=f"{mark.source}-{one.pk}",
            kind=Kind.AUDITOR,
            day=mark.day,
            title=gettext("Your seat begins") if begins else gettext("Last day of your seat"),
            path=reverse("seats:home", args=[scope.organisation.slug])
            if one.from_on > scope.today
            else one.get_absolute_url(),
            at=mark.at or one.given_at,
            detail=str(one.assessment),
        )
