"""The actions about an assessment's answers, as its report lists them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch

from compliance.work.assessments.models import Action, ActionLink, Answer
from compliance.work.snapshots.content import Task
from compliance.work.snapshots.imported_facts import Stated


def with_actions() -> Prefetch:
    """Prefetches that ``tasks_of`` needs on each answer, in one query."""
    links = ActionLink.objects.select_related("action__owner")
    return Prefetch("action_links", links.order_by("pk"))


def tasks_of(answers: Iterable[Answer], stated: Stated) -> dict[int, Task]:
    """Actions by id: what is open first, by due date; then what is closed."""
    rows: dict[int, Action] = {}
    about: dict[int, list[str]] = {}
    for answer in answers:
        for link in answer.action_links.all():
            rows[link.action_id] = link.action
            about.setdefault(link.action_id, []).append(answer.question.key)
    numbers = stated.numbers(rows.values())
    order = sorted(
        rows.values(),
        key=lambda one: (not one.is_open, one.due_on or date.max, numbers[one.pk]),
    )
    return {row.pk: _task(row, numbers[row.pk], stated, tuple(about[row.pk])) for row in order}


def _task(row: Action, number: int, stated: Stated, about: tuple[str, ...]) -> Task:
    return Task(
        number=number,
        title=row.title,
        text=row.text,
        owner=stated.name(row.owner),
        due_on=row.due_on,
        priority=row.get_priority_display(),
        status=row.get_status_display(),
        effort_days=str(row.effort_days or "").removesuffix(".0"),
        is_open=row.is_open,
        closed_at=row.closed_at,
        about=about,
    )
