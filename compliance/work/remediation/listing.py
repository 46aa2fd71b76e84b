"""The table and the board of actions: what an address asks for, and what it shows."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from compliance.ground.web.text import searched
from compliance.identity.organisations.models import Organisation, User
from compliance.work.assessments.choices import (
    CLOSED,
    ActionFilter,
    ActionSort,
    ActionStatus,
    AssessmentStatus,
)
from compliance.work.assessments.models import Action, ActionQuerySet, Answer, read_marks

CARDS = 40
"""Cards of a column of the board; the table has the rest."""

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class RemedyLook:
    """The address of a page of actions, read leniently: a wrong part is left out."""

    show: str
    query: str = ""
    sort: str = ActionSort.DUE
    is_down: bool = False

    def address(self, **changes: Any) -> str:
        """The query string of this page with some parts changed."""
        look = replace(self, **changes)
        sort = ("-" if look.is_down else "") + look.sort
        parts = {
            "show": look.show,
            "q": look.query,
            "sort": sort if sort != ActionSort.DUE else "",
        }
        return "?" + urlencode({key: value for key, value in parts.items() if value})


@dataclass(frozen=True, slots=True)
class Head:
    """A head of the table that sorts by its column."""

    label: str
    address: str
    order: str


class Age(StrEnum):
    """The age of an open action, where it is old: its mark and its words on a card."""

    MONTH = "month"
    QUARTER = "quarter"

    @property
    def days(self) -> int:
        return 30 if self is Age.MONTH else 90

    @property
    def label(self) -> str:
        return f"Open for {self.days} days or more"


@dataclass(frozen=True, slots=True)
class Card:
    """An action on the board."""

    action: Action
    age: Age | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the board; ``count`` counts the cards it does not show too."""

    status: str
    label: str
    count: int
    cards: list[Card]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def read_remedy_look(given: QueryDict, default: str) -> RemedyLook:
    """The look that an address asks for."""
    show, sort = given.get("show", ""), given.get("sort", "")
    name = sort.removeprefix("-")
    known = name in ActionSort.values
    return RemedyLook(
        show=show if show in ActionFilter.values else default,
        query=typed_query(given),
        sort=name if known else ActionSort.DUE.value,
        is_down=known and sort.startswith("-"),
    )


def typed_query(given: QueryDict) -> str:
    """The search that was typed, in a length that can be searched for."""
    return searched(given.get("q", ""))


def heads(look: RemedyLook) -> dict[str, Head]:
    """Column to its head; the current one turns its order round."""
    return {
        sort.value: Head(
            label=sort.label,
            address=look.address(sort=sort.value, is_down=look.sort == sort and not look.is_down),
            order="" if look.sort != sort else "descending" if look.is_down else "ascending",
        )
        for sort in ActionSort
    }


def found(rows: ActionQuerySet, look: RemedyLook) -> ActionQuerySet:
    """The actions that the search leaves."""
    return rows.matching(look.query) if look.query else rows


def age_of(action: Action, today: date) -> Age | None:
    """How old an action is that is not closed; None below a month."""
    days = (today - timezone.localdate(action.created_at)).days
    old = [age for age in Age if action.is_open and days >= age.days]
    return old[-1] if old else None


def columns(rows: ActionQuerySet, look: RemedyLook, user: User, today: date) -> list[Column]:
    """The board: a column for each status, in five queries and one for questions each."""
    rows = found(rows, look)
    if look.show == ActionFilter.MINE:
        rows = rows.filter(owner=user)
    counts = rows.status_counts()
    return [
        Column(
            status=status.value,
            label=status.label,
            count=counts.get(status.value, 0),
            cards=[
                Card(action, age_of(action, today))
                for action in _in_order(rows.filter(status=status), status)[:CARDS]
            ],
        )
        for status in ActionStatus
    ]


def _in_order(rows: ActionQuerySet, status: str) -> ActionQuerySet:
    """Closed ones by their closing, newest first; the rest by due date."""
    rows = rows.for_page().with_links()
    return rows.order_by("-closed_at", "-number") if status in CLOSED else rows


def links_of(action: Action) -> list[Answer]:
    """The answers an action is about, with what their lines show."""
    rows = action.answers.select_related(
        "question", "assessment__edition__checklist", "assessment__organisation"
    )
    rows = rows.defer("assessment__edition__extra")
    found = list(rows.order_by("assessment__started_at", "question__position", "pk"))
    read_marks(found)
    return found


def linkable(organisation: Organisation, action: Action, query: str) -> list[Answer]:
    """Answers of running assessments that a search finds and the action is not about."""
    if not query:
        return []
    rows = Answer.objects.filter(
        assessment__organisation=organisation,
        assessment__status=AssessmentStatus.RUNNING,
        applies=True,
    ).exclude(action_links__action=action)
    rows = rows.asking(query).select_related(
        "question", "assessment__edition__checklist", "assessment__organisation"
    )
    rows = rows.defer("assessment__edition__extra").with_force()
    order = ("question__key", "assessment__started_at")
    return list(rows.order_by(*order)[: MOST_FOUND + 1])
