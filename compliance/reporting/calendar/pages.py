"""The page of the calendar: what its address asks for, and what it shows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator

from compliance.identity.organisations.models import Organisation, User
from compliance.reporting.calendar.choices import Kind
from compliance.reporting.calendar.entries import Mark
from compliance.reporting.calendar.queries import entries, kind_of, marks
from compliance.reporting.calendar.sources.scope import DateScope
from compliance.reporting.calendar.yearline import ROWS, month_of, months_from, yearline
from compliance.work.assessments.models import Assessment

ON_A_PAGE = 20
LATE = "late"
MINE = "me"
_ROWS = {Kind.LAW: "law", Kind.EVIDENCE: "evidence"}


@dataclass(frozen=True, slots=True)
class CalendarQuery:
    """The parameters of the page, those that cannot be taken as if they were not there."""

    kind: str
    person: str
    assessment: str
    since: str
    page: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "CalendarQuery":
        names = ("kind", "person", "assessment", "from", "page")
        return cls(*(query.get(name, "") for name in names))

    def with_(self, **changed: str) -> str:
        """An address like this one; it begins with its first page."""
        stands = {
            "kind": self.kind,
            "person": self.person,
            "assessment": self.assessment,
            "from": self.since,
        }
        parameters = {key: value for key, value in (stands | changed).items() if value}
        return f"?{urlencode(parameters)}" if parameters else "?"


def context_of(
    organisation: Organisation,
    user: User,
    may: frozenset[Any],
    today: date,
    asked: CalendarQuery,
) -> dict[str, Any]:
    """Everything the template shows; the number of statements does not grow with dates."""
    people = [m.user for m in organisation.memberships.with_people()]
    assessments = list(_assessments(organisation))
    scope = DateScope(
        organisation,
        may,
        today,
        person=_person(asked.person, people, user),
        assessment=_assessment(asked.assessment, assessments),
    )
    every = marks(scope)
    kinds = Counter(kind_of(mark) for mark in every if mark.day >= today)
    asked_kind = asked.kind if asked.kind in Kind.values else ""
    of_kind = [m for m in every if not asked_kind or kind_of(m) == asked_kind]
    first = month_of(asked.since)
    line = yearline(((m.day, _ROWS.get(kind_of(m), "due")) for m in of_kind), today)
    return _listed(scope, of_kind, asked, first) | {
        "kinds": _kinds(kinds, asked, asked_kind),
        "line": line,
        "rows": ROWS,
        "month_links": [
            (one, asked.with_(**{"from": one.value}), one.value == asked.since) for one in line.months
        ],
        "since": first,
        "asked": asked,
        "people": people,
        "assessments": assessments,
        "query": f"{query}&" if (query := asked.with_().removeprefix("?")) else "",
        "is_narrowed": bool(scope.person or scope.assessment or asked_kind),
    }


def audit_context(
    organisation: Organisation,
    user: User,
    may: frozenset[Any],
    today: date,
    asked: CalendarQuery,
) -> dict[str, Any]:
    """The same list for an auditor: the own requests and seats, and no other date."""
    scope = DateScope(organisation, may, today, person=user)
    listed = _listed(scope, marks(scope), asked, None)
    query = "from=late&" if listed["is_late"] else ""
    return listed | {"query": query, "is_audit": True}


def _listed(scope: DateScope, found: list[Mark], asked: CalendarQuery, first: date | None) -> dict[str, Any]:
    """A page of the list, by month, and the links to what is late and to today."""
    today, is_late = scope.today, asked.since == LATE
    shown = _shown(found, today, first, is_late=is_late)
    page = Paginator(shown, ON_A_PAGE).get_page(asked.page)
    return {
        "today": today,
        "page": page,
        "months": _by_month(scope, page),
        "late_count": sum(m.day < today and kind_of(m) != Kind.LAW for m in found),
        "late_link": asked.with_(**{"from": LATE}),
        "today_link": asked.with_(**{"from": ""}),
        "is_late": is_late,
    }


def _shown(found: list[Mark], today: date, first: date | None, *, is_late: bool) -> list[Mark]:
    """From today on, from a month on, or what is late and not settled, newest first."""
    if is_late:
        late = (m for m in found if m.day < today and kind_of(m) != Kind.LAW)
        return list(late)[::-1]
    since = today if first is None or first == months_from(today, 1)[0] else first
    return [mark for mark in found if mark.day >= since]


def _by_month(scope: DateScope, page: Page) -> list[tuple[date, list[Any]]]:
    listed = entries(scope, page.object_list)
    return [
        (first, list(some)) for first, some in groupby(listed, key=lambda entry: entry.day.replace(day=1))
    ]


def _kinds(
    counts: Mapping[Kind, int], asked: CalendarQuery, current: str
) -> list[tuple[str, str, int, bool]]:
    """Word, address, number of dates to come, and whether it is chosen."""
    every = ("All", asked.with_(kind=""), sum(counts.values()), not current)
    some = [
        (str(kind.label), asked.with_(kind=kind), counts[kind], kind == current)
        for kind in Kind
        if counts[kind] or kind == current
    ]
    return [every, *some]


def _person(text: str, people: list[User], user: User) -> User | None:
    if text == MINE:
        return user
    return next((one for one in people if str(one.pk) == text), None)


def _assessment(text: str, assessments: list[Assessment]) -> UUID | None:
    return next((one.pk for one in assessments if str(one.pk) == text), None)


def _assessments(organisation: Organisation) -> Any:
    rows = organisation.assessments.in_use().select_related("edition__checklist")
    return rows.defer("edition__extra").order_by("edition__checklist__title", "subject")
