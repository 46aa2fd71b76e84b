"""Actions, the tasks that close a gap."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from compliance.programs.api.problems import Problem
from compliance.programs.api.shapes.answers import Sides
from compliance.programs.api.shapes.leaves import (
    Day,
    Given,
    GivenId,
    Line,
    Person,
    Text,
    Version,
    changed_in,
    person_of,
)
from compliance.work.assessments.choices import ActionStatus, Priority
from compliance.work.assessments.models import Action

Effort = Annotated[Decimal, Field(ge=Decimal("0.1"), le=999, decimal_places=1)]
COLUMNS = {"owner": "owner_id"}
"""Members that the model calls otherwise."""


class ActionShape(BaseModel):
    """A task that puts something right; ``number`` counts within the organisation."""

    number: int
    code: str
    title: str
    text: str
    owner: Person | None
    due_on: date | None
    priority: Priority
    status: ActionStatus
    effort_days: str | None
    version: int
    answers: list[int]
    created_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Action) -> "ActionShape":
        effort = row.effort_days
        return cls(
            number=row.number,
            code=row.code,
            title=row.title,
            text=row.text,
            owner=person_of(row.owner),
            due_on=row.due_on,
            priority=Priority(row.priority),
            status=ActionStatus(row.status),
            effort_days=None if effort is None else format(effort.normalize(), "f"),
            version=row.version,
            answers=sorted(one.answer_id for one in row.links.all()),
            created_at=row.created_at,
            closed_at=row.closed_at,
        )


class ActionFields(Given):
    """Fields to set; those that are left out stay as they are."""

    title: Line = ""
    text: Text = ""
    owner: GivenId | None = None
    due_on: Day | None = None
    priority: Priority = Priority.MEDIUM
    status: ActionStatus = ActionStatus.OPEN
    effort_days: Effort | None = None


class ActionGiven(ActionFields):
    """A new action, about some answers."""

    title: Line
    answers: list[GivenId] = Field(default_factory=list, max_length=500)


class ActionChange(Given):
    """A change of an action, and the version it was decided on."""

    version: Version
    set: ActionFields


class ActionConflict(Problem):
    """Someone else changed the same fields: both sides, and the action as it stands."""

    sides: list[Sides]
    standing: ActionShape


def changes_in(given: ActionFields, *beside: str) -> dict[str, Any]:
    """The fields that a call sets, by the names of the model."""
    found = changed_in(given, *beside)
    return {COLUMNS.get(name, name): value for name, value in found.items()}
