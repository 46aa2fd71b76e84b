"""Dates of people from outside: requests and seats of auditors, share links."""

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from compliance.assurance.seats.models import Request, Seat
from compliance.assurance.seats.queries import links_in, requests_of
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Entry, Mark
from compliance.reporting.calendar.sources.scope import DateScope

REQUEST, SEAT, LINK = "request", "seat", "link"


def requests(scope: DateScope) -> Iterator[Mark]:
    """Requests that wait for an answer; a person's are those of the seats they gave."""
    rows = Request.objects.of(scope.organisation).unanswered().order_by()
    found = scope.narrowed(rows, person="seat__given_by")
    for pk, day, at in found.values_list("pk", "due_on", "asked_at"):
        yield Mark(day, REQUEST, str(pk), at=at)


def seats(scope: DateScope) -> Iterator[Mark]:
    """Last days of the seats that are open or begin later."""
    rows = Seat.objects.of(scope.organisation).held().order_by()
    rows = rows.filter(ended_at=None, until_on__gte=scope.today)
    found = scope.narrowed(rows, person="given_by")
    for pk, day, at in found.values_list("pk", "until_on", "given_at"):
        yield Mark(day, SEAT, str(pk), at=at)


def links(scope: DateScope) -> Iterator[Mark]:
    """Last days of share links that open something, by the clock that is active."""
    rows = links_in(scope.organisation).open_at(timezone.now()).order_by()
    found = scope.narrowed(rows, person="made_by")
    for pk, moment, at in found.values_list("pk", "expires_at", "made_at"):
        yield Mark(timezone.localdate(moment), LINK, str(pk), at=at)


def entries_of_requests(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessment."""
    found = requests_of(scope.organisation).in_bulk(_pks(marks))
    for mark in marks:
        one = found[int(mark.pk)]
        yield Entry(
            key=f"request-{one.pk}",
            kind=Kind.AUDITOR,
            day=mark.day,
            title=gettext("Request due: %(code)s %(title)s") % {"code": one.code, "title": one.title},
            path=one.get_absolute_url(),
            at=mark.at or one.asked_at,
            detail=str(one.assessment),
        )


def entries_of_seats(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessment."""
    rows = Seat.objects.of(scope.organisation).for_page()
    found = rows.in_bulk(_pks(marks))
    slug = scope.organisation.slug
    for mark in marks:
        one = found[int(mark.pk)]
        yield Entry(
            key=f"seat-{one.pk}",
            kind=Kind.AUDITOR,
            day=mark.day,
            title=gettext("Last day of a seat: %(person)s") % {"person": one.user},
            path=reverse("seats:list", args=[slug, one.assessment_id]),
            at=mark.at or one.given_at,
            detail=str(one.assessment),
        )


def entries_of_links(scope: DateScope, marks: Sequence[Mark]) -> Iterator[Entry]:
    """In words, with the assessment."""
    found = links_in(scope.organisation).in_bulk(_pks(marks))
    slug = scope.organisation.slug
    for mark in marks:
        one = found[int(mark.pk)]
        yield Entry(
            key=f"link-{one.pk}",
            kind=Kind.LINK,
            day=mark.day,
            title=gettext("Last day of a share link: %(label)s") % {"label": one.label},
            path=reverse("seats:list", args=[slug, one.assessment_id]),
            at=mark.at or one.made_at,
            detail=str(one.assessment),
        )


def _pks(marks: Sequence[Mark]) -> list[int]:
    return [int(mark.pk) for mark in marks]
