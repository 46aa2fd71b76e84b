"""Actions that wait for others: said, unsaid, and what a plan makes of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.choices import CLOSED
from compliance.work.assessments.events import ACTION_WAITS, ACTION_WAITS_NO_MORE
from compliance.work.assessments.models import Action
from compliance.work.remediation.models import ActionWait


def wait_for(*, by: User, organisation: Organisation, number: int, other: int) -> Action:
    """Say that an action waits for another one; twice changes nothing.

    Returns the other one. Raises ``ValidationError`` where that would be a circle, and
    ``Action.DoesNotExist`` for a number that is not there.
    """
    with writing():
        lock(organisation)
        action, before = _both(organisation, number, other)
        if action == before:
            raise ValidationError("An action cannot wait for itself.")
        if _leads(organisation.pk, before.pk, action.pk):
            msg = (
                f"{before.code} waits for {action.code} already, directly or through"
                " others: they would wait for each other."
            )
            raise ValidationError(msg)
        _, is_new = ActionWait.objects.get_or_create(action=action, waits_for=before)
        if is_new:
            _record(by, action, before, ACTION_WAITS)
    return before


def wait_no_more(*, by: User, organisation: Organisation, number: int, other: int) -> Action:
    """Say that an action does not wait for another one; raises as ``wait_for`` does."""
    with writing():
        action, before = _both(organisation, number, other)
        gone, _ = ActionWait.objects.filter(action=action, waits_for=before).delete()
        if gone:
            _record(by, action, before, ACTION_WAITS_NO_MORE)
    return before


def waits_of(actions: Iterable[Action]) -> Mapping[int, list[Action]]:
    """Open actions that each of some actions waits for, by its id: one query."""
    found: defaultdict[int, list[Action]] = defaultdict(list)
    rows = ActionWait.objects.filter(action__in=list(actions)).exclude(waits_for__status__in=CLOSED)
    for row in rows.select_related("waits_for__organisation").order_by("pk"):
        found[row.action_id].append(row.waits_for)
    return found


def around(action: Action) -> tuple[list[Action], list[Action]]:
    """The actions that one waits for, and those that wait for it, by number."""
    rows = Action.objects.select_related("organisation").order_by("number")
    before = rows.filter(held_up__action=action)
    return list(before), list(rows.filter(waits__waits_for=action))


def too_early(action: Action, after: Iterable[Action]) -> list[Action]:
    """Those of the actions that wait for one and are due before it is."""
    if not action.is_open or action.due_on is None:
        return []
    return [one for one in after if one.is_open and one.due_on and one.due_on < action.due_on]


def to_wait_for(action: Action, before: Iterable[Action], most: int) -> list[Action]:
    """Open actions that one could wait for, the first due first."""
    rows = action.organisation.actions.open().exclude(Q(pk=action.pk) | Q(pk__in=[one.pk for one in before]))
    return list(rows.for_page()[:most])


def _both(organisation: Organisation, number: int, other: int) -> tuple[Action, Action]:
    rows = Action.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, number__in=[number, other]
    )
    found = {one.number: one for one in rows.order_by("pk")}
    if number not in found or other not in found:
        raise Action.DoesNotExist
    return found[number], found[other]


def _leads(organisation_id: UUID, start: int, end: int) -> bool:
    """Whether an action waits for another one, directly or through others."""
    pairs = ActionWait.objects.filter(action__organisation=organisation_id)
    nexts: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in pairs.order_by().values_list("action", "waits_for"):
        nexts[one].append(other)
    seen, left = {start}, [start]
    while left:
        for other in nexts[left.pop()]:
            if other == end:
                return True
            if other not in seen:
                seen.add(other)
                left.append(other)
    return False


def _record(by: User, action: Action, before: Action, name: str) -> None:
    trail.record(
        by=by,
        organisation_id=action.organisation_id,
        action=name,
        subject=action,
        after={
            "number": action.number,
            "name": action.title,
            "waits_for": before.number,
        },
    )
