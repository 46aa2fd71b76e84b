"""Actions, the tasks that put something right: made, changed, closed, linked, undone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone

from compliance.ground.web.sendings import REPEAT
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import event_types, trail
from compliance.proof.audit.columns import plain
from compliance.proof.audit.models import Event
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.action_fields import BY_COLUMN
from compliance.work.assessments.choices import CLOSED, ActionStatus
from compliance.work.assessments.events import (
    ACTION_CHANGED,
    ACTION_CLOSED,
    ACTION_CREATED,
    ACTION_LINKED,
    ACTION_REFUSED,
    ACTION_REOPENED,
    ACTION_UNDONE,
    ACTION_UNLINKED,
)
from compliance.work.assessments.holding import hold_open_for
from compliance.work.assessments.models import (
    Action,
    ActionLink,
    Answer,
    Assessment,
)
from compliance.work.assessments.writing import answerer
from compliance.work.remediation.asking import CLEARED, MARKED, ask_to_look, stop_asking
from compliance.work.remediation.suggesting import asking, unasked

Changes = dict[str, Any]
_CLOSING = ("closed_at", "closed_by_id")
"""Columns that say when an action was closed, and by whom; an undo puts them back."""


@dataclass(frozen=True, slots=True)
class Remedied:
    """The action as it stands; ``event`` is None when nothing had to change.

    ``again`` counts the answers that are to be looked at again since.
    """

    action: Action
    event: Event | None
    again: int = 0


@dataclass(frozen=True, slots=True)
class Unasked:
    """Nothing was added, for the answer asks for no action any more.

    ``planned`` is the open action that it has meanwhile; without one ``why`` says what changed.
    """

    planned: Action | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stale:
    """A change typed over an older version, where someone changed the same fields.

    ``mine`` holds every field that was touched, ``action`` what stands.
    """

    action: Action
    fields: tuple[str, ...]
    mine: Changes


def create_action(
    *,
    by: User,
    organisation: Organisation,
    fields: Changes,
    answer_ids: Iterable[int] = (),
) -> Action:
    """An open action with the organisation's next number, about some answers.

    An action that is sent twice is created once. ``fields`` maps columns of ``ACTION_FIELDS`` to
    values. Raises ``ValidationError`` for wrong values, a foreign owner and a closed
    assessment, ``Answer.DoesNotExist`` for a foreign answer.
    """
    answer_ids = frozenset(answer_ids)
    with writing():
        action = _next(by, organisation, fields)
        if made := _just_made(by, action, answer_ids):
            return made
        answers = [_open_answer(organisation.pk, pk) for pk in sorted(answer_ids)]
        return _created(by, action, answers)


def plan_action(*, by: User, organisation: Organisation, answer_id: int, fields: Changes) -> Action | Unasked:
    """An action for an answer that asks for one and has no open one.

    So of two people who plan at once the second decides over both, with ``create_action``.
    A press that is sent twice makes one action, whatever changed in between. Raises as
    ``create_action`` does.
    """
    with writing():
        action = _next(by, organisation, fields)
        if made := _just_made(by, action, frozenset([answer_id])):
            return made
        answer = _open_answer(organisation.pk, answer_id)
        planned = answer.actions.open().select_related("organisation").first()
        why = unasked(answer, timezone.localdate())
        if planned or why:
            return Unasked(planned, why)
        return _created(by, action, [answer])


def plan_together(
    *, by: User, assessment: Assessment, answer_ids: Collection[int], fields: Changes
) -> Action | list[Answer]:
    """One action for answers that each ask for one and have no open one.

    Where some of them do not any more, nothing is made, and those that do are returned.
    A press that is sent twice makes one action. Raises as ``create_action`` does.
    """
    ids = frozenset(answer_ids)
    with writing():
        action = _next(by, assessment.organisation, fields)
        if made := _just_made(by, action, ids):
            return made
        hold_open_for(sorted(ids))
        rows = assessment.answers.select_for_update(of=("self",)).filter(pk__in=ids)
        locked = {answer.pk for answer in rows.order_by("pk")}
        answers = asking(assessment, locked, timezone.localdate())
        if not ids or {answer.pk for answer in answers} != ids:
            return answers
        return _created(by, action, answers)


def _next(by: User, organisation: Organisation, fields: Changes) -> Action:
    """An action with the organisation's next number, which it holds; not saved."""
    lock(organisation)
    last = organisation.actions.aggregate(last=Max("number"))["last"] or 0
    action = Action(organisation=organisation, number=last + 1, created_by=by)
    _set(by, action, {column: fields[column] for column in BY_COLUMN if column in fields})
    return action


def _created(by: User, action: Action, answers: Collection[Answer]) -> Action:
    action.save()
    for answer in answers:
        ActionLink.objects.create(action=action, answer=answer)
    fields = _values(action)
    after = json_values({name: value for name, value in fields.items() if value})
    after["questions"] = [answer.question.key for answer in answers]
    _record(by, action, ACTION_CREATED, {}, after, scope_id=_scope_of(action))
    return action


def _just_made(by: User, action: Action, answer_ids: frozenset[int]) -> Action | None:
    """The last action of that person, if it is this very one and lately made."""
    mine = action.organisation.actions.filter(created_by=by).order_by("-number")
    last = mine.filter(created_at__gt=timezone.now() - REPEAT, version=0).first()
    if last is None or _values(last) != _values(action):
        return None
    about = frozenset(last.links.values_list("answer_id", flat=True))
    return last if about == answer_ids else None


def change_action(
    *, by: User, organisation: Organisation, number: int, changes: Changes, base: int
) -> Remedied | Stale:
    """Change some fields of an action as they were typed over version ``base``.

    Fields that were not touched are left to others; a field that both sides changed
    differently refuses the whole change, and the refused values go to the trail. An
    action that becomes done asks to look again at its answers: those of running
    assessments that apply and are neither met nor N/A. Raises ``ValidationError``
    for wrong values, ``Action.DoesNotExist`` for a number that is not there.
    """
    with writing():
        action = _locked(organisation.pk, number)
        if base > action.version:
            msg = "This page refers to a version that does not exist. Load it again."
            raise ValidationError(msg)
        known = _as_known(action, base)
        touched = {f: v for f, v in changes.items() if f in BY_COLUMN and v != known[f]}
        standing = _values(action)
        clash = tuple(
            field
            for field in BY_COLUMN
            if field in touched and standing[field] != known[field] and standing[field] != touched[field]
        )
        if clash:
            refused, scope_id = json_values(touched), _scope_of(action)
            _record(by, action, ACTION_REFUSED, {}, refused, scope_id=scope_id)
            return Stale(action, clash, touched)
        return _write(by, action, touched)


def undo_action(*, by: User, organisation: Organisation, number: int, seq: int) -> Remedied:
    """Put back what one event changed, as an event of its own.

    ``event`` is None, with nothing changed, when one of its fields has changed again
    since. Twice is once. Raises ``Event.DoesNotExist`` for an event that did not change this action.
    """
    with writing():
        action = _locked(organisation.pk, number)
        event = _changes_of(action).get(seq=seq)
        before, after = trail.changes(event)
        standing = _values(action)
        left = {f: python_of(f, v) for f, v in after.items() if f in BY_COLUMN}
        back = {f: python_of(f, v) for f, v in before.items() if f in BY_COLUMN}
        if any(standing[f] != value for f, value in left.items()):
            last = _changes_of(action).order_by("-seq").first()
            is_back = all(standing[f] == value for f, value in back.items())
            was_undone = is_back and last and last.action == ACTION_UNDONE
            return Remedied(action, last if was_undone else None)
        return _write(by, action, back, undone=before)


def link_answer(*, by: User, organisation: Organisation, number: int, answer_id: int) -> Answer:
    """Say that an action is about an answer; once is enough, twice changes nothing.

    Raises ``ValidationError`` for a closed assessment, ``Answer.DoesNotExist`` for a
    foreign answer, ``Action.DoesNotExist`` for a number that is not there.
    """
    with writing():
        action = _locked(organisation.pk, number)
        answer = _open_answer(organisation.pk, answer_id)
        _, is_new = ActionLink.objects.get_or_create(action=action, answer=answer)
        if is_new:
            _record_link(by, action, answer, ACTION_LINKED, {})
    return answer


def unlink_answer(*, by: User, organisation: Organisation, number: int, answer_id: int) -> Answer:
    """Say that an action is not about an answer; raises as ``link_answer`` does."""
    with writing():
        action = _locked(organisation.pk, number)
        answer = _open_answer(organisation.pk, answer_id)
        links = action.links.filter(answer=answer)
        if links.exists():
            cleared = stop_asking(by, action, answer.assessment_id, [answer.pk])
            links.delete()
            before = {CLEARED: cleared} if cleared else {}
            _record_link(by, action, answer, ACTION_UNLINKED, before)
    return answer


def _locked(organisation_id: UUID, number: int) -> Action:
    rows = Action.objects.select_for_update(of=("self",)).select_related("owner")
    return rows.get(organisation_id=organisation_id, number=number)


def _open_answer(organisation_id: UUID, answer_id: int) -> Answer:
    hold_open_for([answer_id])
    rows = Answer.objects.select_for_update(of=("self",))
    answer = rows.select_related("assessment", "question").get(
        pk=answer_id, assessment__organisation_id=organisation_id
    )
    if not answer.assessment.is_open:
        closed = answer.assessment.closed_word
        msg = f"This assessment is {closed}: its answers stay as they are."
        raise ValidationError(msg)
    return answer


def _values(action: Action) -> Changes:
    return {field: getattr(action, field) for field in BY_COLUMN}


def json_values(values: Changes) -> Changes:
    """Values as the trail holds them: days as ISO text, numbers as they are written."""
    return {
        field: value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, Decimal)
        else value
        for field, value in values.items()
    }


def python_of(field: str, value: Any) -> Any:
    """A value of the trail as its column holds it."""
    if value and field == "closed_at":
        return datetime.fromisoformat(value)
    return BY_COLUMN[field].from_json(value) if field in BY_COLUMN else value


def _changes_of(action: Action) -> Any:
    return Event.objects.filter(
        organisation_id=action.organisation_id,
        subject_label="action",
        subject_id=str(action.pk),
        action__in=event_types.those(changes_action=True),
    )


def _as_known(action: Action, base: int) -> Changes:
    """The fields as a page of version ``base`` knows them, wound back along the trail."""
    values = _values(action)
    for event in _changes_of(action).order_by("-seq")[: action.version - base]:
        before, _ = trail.changes(event)
        values |= {f: python_of(f, v) for f, v in before.items() if f in BY_COLUMN}
    return values


def _write(
    by: User,
    action: Action,
    touched: Changes,
    *,
    undone: Changes | None = None,
) -> Remedied:
    """Save what differs, with its event.

    ``undone`` is the state before the event that is undone, as the event has it: with the
    closing, and the answers that were asked about.
    """
    standing = _values(action)
    real = {f: v for f, v in touched.items() if v != standing[f]}
    if not real:
        return Remedied(action, None)
    changed = _event_name(standing["status"], real)
    name = changed if undone is None else ACTION_UNDONE
    before: Changes = json_values({field: standing[field] for field in real})
    if "status" in real and not action.is_open:
        before |= {column: plain(getattr(action, column)) for column in _CLOSING}
    _set(by, action, real)
    for column in _CLOSING:
        if undone and column in undone:
            setattr(action, column, python_of(column, undone[column]))
    action.version += 1
    after = json_values({field: getattr(action, field) for field in real})
    again: list[int] = []
    scope_id = _scope_of(action)
    if real.get("status") == ActionStatus.DONE:
        only = None if undone is None else undone.get(CLEARED, [])
        after[MARKED] = again = ask_to_look(by, action, scope_id, only)
    elif "status" in real and standing["status"] == ActionStatus.DONE:
        about = action.links.values_list("answer_id", flat=True)
        if cleared := stop_asking(by, action, scope_id, set(about)):
            before[CLEARED] = cleared
    action.save()
    after["version"] = action.version
    event = _record(by, action, name, before, after, scope_id=scope_id)
    return Remedied(action, event, len(again))


def _event_name(status: str, real: Changes) -> str:
    if real.get("status", status) in CLOSED:
        return ACTION_CLOSED if "status" in real else ACTION_CHANGED
    return ACTION_REOPENED if status in CLOSED else ACTION_CHANGED


def _set(by: User, action: Action, fields: Changes) -> None:
    """Set fields and what follows from them; ``ValidationError`` for wrong ones."""
    if owner_id := fields.get("owner_id"):
        fields = fields | {"owner": answerer(action.organisation_id, owner_id)}
    for field, value in fields.items():
        setattr(action, field, value)
    if action.is_open:
        action.closed_at = action.closed_by = None
    elif "status" in fields:
        action.closed_at, action.closed_by = timezone.now(), by
    action.clean_fields(exclude=["organisation", "created_by"])


def _record_link(by: User, action: Action, answer: Answer, name: str, before: Changes) -> None:
    after = {"answer": answer.pk, "questions": [answer.question.key]}
    _record(by, action, name, before, after, scope_id=answer.assessment_id)


def _record(
    by: User,
    action: Action,
    name: str,
    before: Changes,
    after: Changes,
    *,
    scope_id: UUID | None,
) -> Event:
    return trail.record(
        by=by,
        organisation_id=action.organisation_id,
        action=name,
        subject=action,
        scope_id=scope_id,
        before=before,
        after=after | {"number": action.number, "name": action.title},
    )


def _scope_of(action: Action) -> UUID | None:
    """The assessment that its events belong to, if one has all its answers.

    Where several have some, it is the one that still runs: an action comes along with
    the answers that are carried forward. Its events change no other one.
    """
    about = Assessment.objects.filter(answers__actions=action)
    found = list(about.distinct().only("status"))
    if len(found) > 1:
        found = [one for one in found if one.is_open]
    return found[0].pk if len(found) == 1 else None
