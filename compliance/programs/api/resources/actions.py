"""Actions: listed, made, changed in versions, linked to answers."""

from typing import Any

from django.http import Http404
from ninja import Router

from compliance.identity.organisations.access import Permission
from compliance.programs.api.bearer import ApiRequest, author_of
from compliance.programs.api.cursors import Cursor, Limit, Page, sliced
from compliance.programs.api.operations import Said, conflict, operation
from compliance.programs.api.shapes.actions import (
    ActionChange,
    ActionConflict,
    ActionGiven,
    ActionShape,
    changes_in,
)
from compliance.programs.api.shapes.leaves import Id
from compliance.programs.api.tags import refuse_stale
from compliance.proof.audit.transaction import writing
from compliance.work.assessments.models import Action
from compliance.work.remediation import actions

router = Router(tags=["actions"])


def _rows(request: ApiRequest) -> Any:
    rows = request.organisation.actions.select_related("owner", "organisation")
    return rows.prefetch_related("links")


def _find(request: ApiRequest, number: int) -> Action:
    found: Action | None = _rows(request).filter(number=number).first()
    if found is None:
        raise Http404
    return found


@operation(router, "GET", "/actions", Permission.VIEW, gives={200: Page[ActionShape]})
def list_actions(request: ApiRequest, limit: Limit = 50, cursor: Cursor = "") -> Page[ActionShape]:
    """Every action by its number, closed ones, too."""
    found, after = sliced(_rows(request), ("number",), cursor, limit)
    return Page(items=[ActionShape.of(one) for one in found], next=after)


@operation(router, "GET", "/actions/{int:number}", Permission.VIEW, gives={200: ActionShape})
def get_action(request: ApiRequest, number: Id) -> ActionShape:
    """One action."""
    return ActionShape.of(_find(request, number))


@operation(
    router,
    "POST",
    "/actions",
    Permission.ANSWER,
    gives={201: ActionShape},
    once="within",
)
def make_action(request: ApiRequest, given: ActionGiven) -> Said:
    """A new action with the organisation's next number."""
    made = actions.create_action(
        by=author_of(request),
        organisation=request.organisation,
        fields=changes_in(given, "answers"),
        answer_ids=given.answers,
    )
    shape = ActionShape.of(_find(request, made.number))
    return Said(shape, 201, Location=f"/api/v1/actions/{made.number}")


@operation(
    router,
    "PATCH",
    "/actions/{int:number}",
    Permission.ANSWER,
    gives={200: ActionShape, 409: ActionConflict},
    matches=True,
)
def change_action(request: ApiRequest, number: Id, given: ActionChange) -> Any:
    """Set some fields of an action that you read in ``version``; see ``change_answer``."""
    author = author_of(request)
    with writing():
        _refuse_changed(request, number)
        done = actions.change_action(
            by=author,
            organisation=request.organisation,
            number=number,
            changes=changes_in(given.set),
            base=given.version,
        )
        standing = ActionShape.of(_find(request, number))
    if isinstance(done, actions.Stale):
        return _conflict(done, standing)
    return standing


def _refuse_changed(request: ApiRequest, number: int) -> None:
    """End the call where the action is not as ``If-Match`` says; else hold it."""
    if "If-Match" in request.headers:
        rows = request.organisation.actions.select_for_update(of=("self",))
        list(rows.filter(number=number))
        refuse_stale(request, ActionShape.of(_find(request, number)))


def _conflict(done: actions.Stale, standing: ActionShape) -> Said:
    mine = actions.json_values(done.mine)
    names = [(column, column.removesuffix("_id")) for column in done.fields]
    sides = [
        {
            "field": name,
            "yours": mine[column],
            "theirs": standing.owner.id if name == "owner" and standing.owner else getattr(standing, name),
        }
        for column, name in names
    ]
    return conflict(ActionConflict, sides, standing)


@operation(
    router,
    "PUT",
    "/actions/{int:number}/answers/{int:answer_id}",
    Permission.ANSWER,
    gives={200: ActionShape},
)
def link_action(request: ApiRequest, number: Id, answer_id: Id) -> ActionShape:
    """Say that an action is about an answer; twice is once."""
    return _linked(request, number, answer_id, actions.link_answer)


@operation(
    router,
    "DELETE",
    "/actions/{int:number}/answers/{int:answer_id}",
    Permission.ANSWER,
    gives={200: ActionShape},
)
def unlink_action(request: ApiRequest, number: Id, answer_id: Id) -> ActionShape:
    """Say that an action is not about an answer; twice is once."""
    return _linked(request, number, answer_id, actions.unlink_answer)


def _linked(request: ApiRequest, number: int, answer_id: int, change: Any) -> ActionShape:
    change(
        by=author_of(request),
        organisation=request.organisation,
        number=number,
        answer_id=answer_id,
    )
    return ActionShape.of(_find(request, number))
