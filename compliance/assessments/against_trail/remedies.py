"""Do actions stand, and are they about what, the trail says?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from compliance.assessments.actions.remedy import json_values, python_of
from compliance.assessments.events import (
    ACTION_CREATED,
    ACTION_LINKED,
    ACTION_UNLINKED,
    ASSESSMENT_BROUGHT_IN,
)
from compliance.assessments.models import Action, ActionLink, Answer
from compliance.assessments.models.action import FIELDS
from compliance.audit import event_types, trail
from compliance.audit.checking import Fault, Kind
from compliance.audit.models import Event

_LINKS: dict[str, bool] = {ACTION_LINKED: True, ACTION_UNLINKED: False}
_BLANK: dict[str, Any] = dict.fromkeys(FIELDS) | {"title": "", "text": "", "version": 0}
_WORDS = {
    "title": "title",
    "text": "details",
    "owner_id": "owner",
    "due_on": "due date",
    "priority": "priority",
    "status": "status",
    "effort_days": "effort",
    "version": "version",
    "number": "number",
    "created_by_id": "maker",
}


@dataclass(slots=True)
class _Task:
    """An action as the trail tells it; ``answers`` are in it where a link is told."""

    values: dict[str, Any]
    seq: int
    answers: dict[int, tuple[bool, int]] = field(default_factory=dict)
    knows_answers: bool = False


def as_told(rows: Iterable[Action]) -> dict[str, Any]:
    """Actions that came from elsewhere, as their event tells them."""
    names = (*FIELDS, "version", "number", "created_by_id")
    told = {}
    for row in rows:
        stands = {name: getattr(row, name) for name in names}
        about = row.links.order_by("pk").values_list("answer", flat=True)
        told[str(row.pk)] = json_values(stands) | {"answers": list(about)}
    return told


def faults(organisation_id: UUID) -> Iterator[Fault]:
    """Actions, and what they are about, that were changed without an entry."""
    yield from trail.settled(organisation_id, lambda: _faults(organisation_id))


def _faults(organisation_id: UUID) -> Iterator[Fault]:
    missing, knows_all = _told(organisation_id)
    rows = Action.objects.filter(organisation_id=organisation_id).order_by("number")
    links: dict[int, set[int]] = {}
    pairs = ActionLink.objects.filter(action__in=rows).values_list("action", "answer")
    for action_id, answer_id in pairs:
        links.setdefault(action_id, set()).add(answer_id)
    for row in rows:
        task = missing.pop(row.pk, None)
        if task is None:
            if knows_all:
                what = f"{_name(row)} was made without an entry"
                yield Fault(0, what, Kind.ACTION)
            continue
        if names := _unlike(row, task):
            what = f"{_name(row)}: its {_WORDS[names[0]]} was changed since"
            yield Fault(task.seq, f"{what} without an entry", Kind.ACTION)
        yield from _link_faults(row, task, links.get(row.pk, set()))
    for task in missing.values():
        number, title = task.values.get("number"), task.values["title"]
        what = f"the action AC-{number} “{title}” was taken away without an entry"
        yield Fault(task.seq, what, Kind.ACTION)


def _told(organisation_id: UUID) -> tuple[dict[int, _Task], bool]:
    """Each action by its id; and whether every one of the organisation is told."""
    found: dict[int, _Task] = {}
    knows_all = True
    events = Event.objects.filter(organisation_id=organisation_id)
    events = events.filter(Q(subject_label="action") | Q(action=ASSESSMENT_BROUGHT_IN))
    for event in events.order_by("seq").iterator(chunk_size=2000):
        _, after = trail.changes(event)
        if event.action == ASSESSMENT_BROUGHT_IN:
            knows_all = knows_all and "actions" in after
            for pk, values in after.get("actions", {}).items():
                about = dict.fromkeys(values.pop("answers"), (True, event.seq))
                found[int(pk)] = _Task(_BLANK | values, event.seq, about, True)
        elif event.action == ACTION_CREATED:
            found[int(event.subject_id)] = _made(event, after)
        elif task := found.get(int(event.subject_id)):
            _hear(task, event, after)
    return found, knows_all


def _made(event: Event, after: dict[str, Any]) -> _Task:
    values = {name: after[name] for name in FIELDS if name in after}
    values |= {"number": after["number"], "created_by_id": event.actor_id}
    task = _Task(_BLANK | values, event.seq)
    keys = after.get("questions", [])
    if event.scope_id or not keys:  # else it is not told of which assessments
        rows = Answer.everything.filter(
            assessment=event.scope_id, question__key__in=keys
        )
        pks = rows.values_list("pk", flat=True) if keys else ()
        task.answers = dict.fromkeys(pks, (True, event.seq))
        task.knows_answers = len(task.answers) == len(keys)
    return task


def _hear(task: _Task, event: Event, after: dict[str, Any]) -> None:
    if event.action in _LINKS:
        task.answers[after["answer"]] = (_LINKS[event.action], event.seq)
    elif event.action in event_types.those(changes_action=True):
        names = (*FIELDS, "version")
        task.values |= {name: after[name] for name in names if name in after}
        task.seq = event.seq


def _unlike(row: Action, task: _Task) -> list[str]:
    told = {name: python_of(name, value) for name, value in task.values.items()}
    return [name for name, value in told.items() if getattr(row, name) != value]


def _link_faults(row: Action, task: _Task, linked: set[int]) -> Iterator[Fault]:
    wrong = {
        pk: ("taken away from it" if is_linked else "put to it", seq)
        for pk, (is_linked, seq) in task.answers.items()
        if is_linked != (pk in linked)
    }
    if task.knows_answers:
        extra = linked - task.answers.keys()
        wrong |= dict.fromkeys(extra, ("put to it", task.seq))
    rows = Answer.everything.filter(pk__in=wrong).select_related(
        "question", "assessment"
    )
    for answer in rows.order_by("pk"):
        how, seq = wrong[answer.pk]
        if how == "put to it" and answer.assessment.carried_from_id:
            continue  # open actions come along from the year before
        what = f"{_name(row)}: {answer.question.key} was {how} since without an entry"
        yield Fault(seq, what, Kind.ACTION)


def _name(row: Action) -> str:
    return f"AC-{row.number} “{row.title}”"
