"""Finds evidence, actions, people, assessments and pages."""

from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    OuterRef,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast

from compliance.content.evidence.models import Evidence
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.commands import Command, Ways
from compliance.identity.organisations.models import name_of_person
from compliance.work.assessments.choices import ActionStatus
from compliance.work.search.index import ACTION, EVIDENCE, Matches, scope_of
from compliance.work.search.queries.answers import named
from compliance.work.search.queries.hits import TEXT, Hit, Place, Search
from compliance.work.search.terms import Run

NEWEST = 200
"""Pieces of evidence, and actions, that a search looks at."""
ROLES = dict(Role.choices)
STATUSES = dict(ActionStatus.choices)


def beside(search: Search) -> list[Hit]:
    """Evidence, actions and people, by kind and rank; one query for all of them."""
    makers = {"evidence": _evidence, "action": _actions, "person": _people}
    parts = [make(search) for kind, make in makers.items() if kind in search.kinds]
    if not parts:
        return []
    first, *rest = parts
    build = {"evidence": _evidence_hit, "action": _action_hit, "person": _person_hit}
    hits = [build[kind](search, *row) for kind, *row in first.union(*rest, all=True)]
    found = sorted(
        (hit for hit in hits if hit is not None),
        key=lambda hit: (hit.rank, [run.text for run in hit.title], hit.url),
    )
    return list(
        chain.from_iterable([hit for hit in found if hit.kind == kind][: search.most] for kind in makers)
    )


def _row(kind: str, key: str, title: str, text: Any, flag: Any) -> tuple[Any, ...]:
    """Columns of one type whatever the table."""
    text_of = TextField()
    return (
        Value(kind, output_field=text_of),
        Cast(key, text_of),
        Cast(title, text_of),
        Cast(text, text_of),
        Cast(flag, text_of),
    )


def _evidence(search: Search) -> Any:
    rows = search.organisation.evidence.order_by()
    fits = rows.filter(Matches(EVIDENCE, search.terms, (scope_of(search.organisation),)))
    newest = fits.order_by("-added_at", "pk").values("pk")[:NEWEST]
    newer = Exists(Evidence.objects.filter(replaces=OuterRef("pk")))
    is_old = Case(When(newer, then=Value("old")), default=Value(""))
    row = _row("evidence", "pk", "title", named(""), is_old)
    return rows.filter(pk__in=newest).values_list(*row)


def _evidence_hit(search: Search, pk: str, title: str, text: str, flag: str) -> Hit | None:
    if not search.terms.are_in(text):
        return None
    name = text.removeprefix(title).strip()
    return Hit(
        "evidence",
        search.terms.marked(title),
        search.url_of("evidence:detail", UUID(pk)),
        search.rank(title),
        search.terms.snippet(name),
        mark="Older version" if flag else "",
    )


def _actions(search: Search) -> Any:
    rows = search.organisation.actions.order_by()
    fits = rows.filter(Matches(ACTION, search.terms, (scope_of(search.organisation),)))
    newest = fits.order_by("-number").values("pk")[:NEWEST]
    row = _row("action", "number", "title", "text", "status")
    return rows.filter(pk__in=newest).values_list(*row)


def _action_hit(search: Search, number: str, title: str, text: str, status: str) -> Hit | None:
    if not search.terms.are_in(f"{title}\n{text}"):
        return None
    return Hit(
        "action",
        search.terms.marked(title),
        search.url_of("remediation:action", int(number)),
        search.rank(title),
        search.terms.snippet(text),
        mark=STATUSES[status],
    )


def _people(search: Search) -> Any:
    rows = search.organisation.memberships.filter(user__is_active=True).order_by()
    beside = Case(When(user__has_namesake=True, then="user__email"), default=Value(""))
    row = _row("person", "user_id", "user__name", beside, "role")
    return rows.values_list(*row)


def _person_hit(search: Search, pk: str, name: str, email: str, role: str) -> Hit | None:
    """Add the things that a person owns in the first assessment."""
    place = next((place for place in search.places if place.is_open), None)
    if place is None or not search.terms.are_in(name):
        return None
    url = f"{search.url_of('workspace:detail', place.id)}?owner={pk}"
    return Hit(
        "person",
        search.terms.marked(name_of_person(name, email, bool(email))),
        url,
        search.rank(name),
        place=f"Answers in {place.title}",
        mark=ROLES[role],
    )


def assessments(search: Search) -> list[Hit]:
    """Assessments by checklist and subject."""
    hits = [
        Hit(
            "assessment",
            search.terms.marked(place.title),
            search.url_of("workspace:detail", place.id),
            search.rank(place.title),
            mark="" if place.is_open else "Closed",
        )
        for place in search.places
    ]
    return [hit for hit in hits if hit.rank != TEXT][: search.most]


def all_commands(search: Search) -> list[Hit]:
    """All that the person may do, as it stands."""
    return [
        Hit(
            "command",
            (Run(one.name),),
            one.url(search.organisation.slug, place.id if place else None),
            TEXT,
            (Run(one.about),) if one.about else (),
            place.title if place else "",
        )
        for one, place in _near(search)
        if not one.is_place
    ]


def commands(search: Search) -> list[Hit]:
    """The actions that this person may take: of an assessment only in the one that is near."""
    return _ways(search, "command")


def pages(search: Search) -> list[Hit]:
    """The pages that this person may open."""
    return _ways(search, "page")


def _ways(search: Search, kind: str) -> list[Hit]:
    hits = [
        Hit(
            kind,
            search.terms.marked(one.name),
            one.url(search.organisation.slug, place.id if place else None),
            min(search.rank(one.name), search.rank(f"{one.name} {one.words}")),
            search.terms.snippet(one.about) if one.about else (),
            place.title if place else "",
        )
        for one, place in _near(search)
        if one.is_place == (kind == "page")
    ]
    return [hit for hit in hits if hit.rank != TEXT][: search.most]


def _near(search: Search) -> Iterator[tuple[Command, Place | None]]:
    """The commands of the person, with the assessment that those of one are about."""
    near = search.by_id.get(search.near) if search.near else None
    for one in Ways(search.may).all:
        if not one.of_assessment:
            yield one, None
        elif near and (near.is_open or not one.runs):
            yield one, near
