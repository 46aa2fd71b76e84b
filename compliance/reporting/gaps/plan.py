"""The plan: open actions by quarter, and how far closed ones kept their dates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from compliance.ground.charts.shapes import Chart
from compliance.ground.charts.span import Axis, Quarter
from compliance.identity.organisations.models import Organisation
from compliance.work.assessments.choices import ActionStatus
from compliance.work.assessments.models import Action, ActionLink
from compliance.work.remediation.waiting import waits_of

MOST = 40
"""Open actions that the plan draws; the table of actions has the rest."""
WEEK = Decimal(7) / 5
"""Days of the calendar to a day of work."""


@dataclass(frozen=True, slots=True)
class Step:
    """An open action of the plan. Its bar ends when it is due and is as long as its effort."""

    action: Action
    about: str
    waits: Sequence[Action]
    state: str
    chart: Chart

    @property
    def too_early(self) -> list[Action]:
        """The actions that it waits for although they are due after it."""
        due = self.action.due_on
        return [one for one in self.waits if due and one.due_on and one.due_on > due]


@dataclass(frozen=True, slots=True)
class Kept:
    """The actions due in a quarter: how many are closed, in time or not, and late.

    ``early`` are closed, and their day is still to come.
    """

    quarter: Quarter
    due: int
    in_time: int
    closed_late: int
    late: int
    early: int

    @property
    def open(self) -> int:
        return self.due - self.in_time - self.closed_late


@dataclass(frozen=True)
class Plan:
    """Steps by quarter, on one axis; progress; and what has no date."""

    axis: Axis
    quarters: list[tuple[Quarter, list[Step]]]
    progress: list[Kept]
    undated: int
    more: int

    @property
    def sentence(self) -> str:
        """How the plan stands against its dates."""
        late = sum(one.late for one in self.progress)
        in_time = sum(one.in_time - one.early for one in self.progress)
        closed = in_time + sum(one.closed_late for one in self.progress)
        are = "is" if closed == 1 else "are"
        said = f"{closed} of the actions due so far {are} done, {in_time} of them in time"
        return f"{said}; {late} {'is' if late == 1 else 'are'} late."


def plan_of(organisation: Organisation, marks: Iterable[date], today: date) -> Plan:
    """The plan of an organisation, in five queries; ``marks`` are days of the law."""
    open_ = organisation.actions.open().select_related("owner")
    dated = open_.filter(due_on__isnull=False).order_by("due_on", "number")
    found = list(dated[: MOST + 1])
    shown = found[:MOST]
    axis = Axis.over([one.due_on for one in shown if one.due_on], today, marks)
    waits, about = waits_of(shown), _about(shown)
    quarters: dict[Quarter, list[Step]] = {}
    for one in shown:
        if one.due_on:
            step = _step(one, about.get(one.pk, ""), waits.get(one.pk, ()), axis)
            quarters.setdefault(Quarter.of(one.due_on), []).append(step)
    return Plan(
        axis,
        list(quarters.items()),
        list(_progress(organisation, today)),
        open_.filter(due_on=None).count(),
        dated.count() - MOST if len(found) > MOST else 0,
    )


def _about(shown: Sequence[Action]) -> Mapping[int, str]:
    """The checklist of the first answer that each action is about."""
    links = ActionLink.objects.filter(action__in=shown).order_by("-pk")
    return dict(links.values_list("action", "answer__assessment__edition__checklist__title"))


def _step(one: Action, about: str, waits: Sequence[Action], axis: Axis) -> Step:
    due = one.due_on or axis.today
    state = "planned"
    if one.is_overdue(axis.today):
        state = "late"
    elif one.status == ActionStatus.DOING:
        state = "running"
    days = min(int((one.effort_days or 1) * WEEK), (due - date.min).days)
    span = axis.span(due - timedelta(days=days), due, _TONES[state])
    return Step(one, about, waits, state, span)


_TONES = {"planned": "none", "running": "soon", "late": "late"}


def _progress(organisation: Organisation, today: date) -> Iterable[Kept]:
    """Quarters with actions that are due in them, dropped ones left out: one query."""
    rows: Any = organisation.actions.exclude(status=ActionStatus.DROPPED).filter(due_on__isnull=False)
    found: dict[Quarter, list[int]] = {}
    for due, closed_at in rows.order_by("due_on").values_list("due_on", "closed_at"):
        counts = found.setdefault(Quarter.of(due), [0, 0, 0, 0, 0])
        counts[0] += 1
        if closed_at:
            counts[1 if timezone.localdate(closed_at) <= due else 2] += 1
            counts[4] += due > today
        elif due < today:
            counts[3] += 1
    return [Kept(quarter, *counts) for quarter, counts in found.items()]
