"""Groups of the directory, and who is in them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from scim2_models import (
    Context,
    InvalidPathException,
    Meta,
    PatchOp,
    PatchOperation,
    SearchRequest,
)
from scim2_models.path import CompareOperator, Comparison, Path

from compliance.ground.web.text import number_in
from compliance.identity.organisations.actions import lock
from compliance.identity.organisations.models import Organisation
from compliance.programs.directory import actions
from compliance.programs.directory.door import ScimRequest, body_of
from compliance.programs.directory.filters import condition
from compliance.programs.directory.models import DirectoryGroup, DirectoryGroupMember
from compliance.programs.directory.reach import visible_people
from compliance.programs.directory.replies import (
    empty,
    location,
    one,
    page,
    refuse_stale,
    search_of,
    versioned,
)
from compliance.programs.directory.shapes import Group, Member
from compliance.proof.audit.transaction import writing

_COLUMNS = {
    "displayname": "i:name",
    "externalid": "external_id",
    "id": "pk",
}


def found(request: ScimRequest) -> HttpResponse:
    """A page of groups, filtered."""
    asked = search_of(request, Group)
    rows = request.organisation.directory_groups.filter(condition(asked.filter, _COLUMNS))
    is_short = _leaves_out_members(asked)
    return page(
        asked,
        Group,
        rows.order_by("pk"),
        lambda some: _groups(request.organisation, some, is_short=is_short),
    )


def read(request: ScimRequest, key: str) -> HttpResponse:
    """One group."""
    return one(request, _read(request.organisation, key))


def create(request: ScimRequest) -> HttpResponse:
    """A new group."""
    sent = Group.model_validate(body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    people = _ids(sent.members)
    with writing():
        row = actions.make_group(
            organisation=request.organisation,
            name=sent.display_name or "",
            external_id=sent.external_id or "",
            people=people,
        )
        return one(request, _read(request.organisation, f"g{row.pk}"), 201)


def replace(request: ScimRequest, key: str) -> HttpResponse:
    """Replace a group."""
    sent = Group.model_validate(body_of(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    people = _ids(sent.members)
    with writing():
        row, _ = _held(request, key)
        _set(row, sent, people)
        return one(request, _read(request.organisation, key))


def patch(request: ScimRequest, key: str) -> HttpResponse:
    """Change the name of a group, or add and remove people. The reply is empty (RFC 7644,
    3.5.2), since it would name thousands.

    People are sets of ids: the time for patching the shape grows with their square.
    """
    patch_op = PatchOp[Group].model_validate(body_of(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    others, changes = _split(patch_op)
    with writing():
        row, people = _held(request, key)
        [stands] = _groups(request.organisation, [row], is_short=True)
        if others:
            patch_op.model_copy(update={"operations": others}).patch(stands)
        for op, ids in changes:
            if op == PatchOperation.Op.add:
                people |= ids
            elif op == PatchOperation.Op.replace_:
                people = ids
            else:
                people -= ids
        _set(row, stands, people)
    return empty()


def delete(request: ScimRequest, key: str) -> HttpResponse:
    """Delete a group."""
    with writing():
        _held(request, key)
        actions.delete_group(group=_row(request.organisation, key))
    return empty()


def _held(request: ScimRequest, key: str) -> tuple[DirectoryGroup, set[int]]:
    """A locked group and its people; refuses a call that names an older version."""
    lock(request.organisation)
    row = _row(request.organisation, key)
    if "If-Match" in request.headers:
        refuse_stale(request, _read(request.organisation, key))
    return row, _seen(row)


def _seen(row: DirectoryGroup) -> set[int]:
    """The people of a group whom the directory sees."""
    rows = visible_people(row.organisation).filter(directory_groups=row)
    return set(rows.values_list("pk", flat=True))


def _set(row: DirectoryGroup, sent: Group, people: set[int]) -> None:
    actions.change_group(group=row, name=sent.display_name or "", external_id=sent.external_id or "")
    hidden = set(row.people.values_list("pk", flat=True)) - _seen(row)
    actions.fill_group(group=row, people=people | hidden)


type _Change = tuple[PatchOperation.Op, set[int]]
"""People to add, to remove, or to put in place of the others."""


def _split(
    patch_op: PatchOp[Group],
) -> tuple[list[PatchOperation[Group]], list[_Change]]:
    """The operations on other attributes, and those on people. Raises as ``_ids``."""
    others, changes = [], list[_Change]()
    for operation in patch_op.operations or []:
        path, value = operation.path, operation.value
        if path and not path.model:
            if _is_of_members(path):
                changes.append(_change(operation, path))
            else:
                others.append(operation)
            continue
        rest = {}
        for name, given in _attributes(value):
            if _is_of_members(name):
                changes.append((operation.op, _ids_of(given)))
            else:
                rest[name] = given
        others.append(operation.model_copy(update={"value": rest}))
    return others, changes


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """The attributes in a value without a path, and those that it has under the URN."""
    for name, given in value.items() if isinstance(value, dict) else ():
        path = _path(name)
        if path and path.model and isinstance(given, dict):
            yield from _attributes(given)
        else:
            yield name, given


def _is_of_members(text: str) -> bool:
    path = _path(text)
    found = path.resolve() if path else None
    return found is not None and found.field_name == "members"


def _path(text: str) -> Path[Group] | None:
    try:
        return Path[Group](text)
    except InvalidPathException:
        return None


def _change(operation: PatchOperation[Group], path: Path[Group]) -> _Change:
    """The change in an operation on ``members`` or ``members[value eq "7"]``."""
    binding, chosen = path.resolve(), path.value_filter
    is_removal = operation.op == PatchOperation.Op.remove
    if binding and binding.sub_field_name is None:
        if chosen is None and is_removal and operation.value is None:
            return PatchOperation.Op.replace_, set()
        if chosen is None:
            return operation.op, _ids_of(operation.value, is_removal=is_removal)
        if (
            is_removal
            and isinstance(chosen, Comparison)
            and chosen.op == CompareOperator.eq
            and str(chosen.attr_path).lower() == "value"
        ):
            return operation.op, _ids_of({"value": chosen.value}, is_removal=True)
    words = 'Add, remove or replace members, or remove one: members[value eq "7"].'
    raise InvalidPathException(path=str(path), detail=words)


def _ids_of(value: Any, *, is_removal: bool = False) -> set[int]:
    """The ids of the users in a value: a list, or one alone.

    A removal skips values that are no users here: they are not in the group anyway.
    """
    given = value if isinstance(value, list) else [value] if value else []
    members = [Member.model_validate(one) for one in given]
    if is_removal:
        return {pk for one in members if (pk := number_in(one.value)) is not None}
    return _ids(members)


def _ids(members: Sequence[Member] | None) -> set[int]:
    """The ids of the users in a call. Raises ``ValidationError`` for anything else."""
    found = set()
    for member in members or []:
        pk = number_in(member.value)
        if pk is None or (member.type or "User") != "User":
            value = (member.value or "")[:40]
            msg = f"“{value}” is not a user here. A group can hold users, not groups."
            raise ValidationError(msg)
        found.add(pk)
    return found


def _row(organisation: Organisation, key: str) -> DirectoryGroup:
    number = number_in(key[1:]) if key[:1] == "g" else None
    if number is None:
        raise Http404
    rows = organisation.directory_groups.select_related("organisation")
    return get_object_or_404(rows, pk=number)


def _read(organisation: Organisation, key: str) -> Group:
    [group] = _groups(organisation, [_row(organisation, key)])
    return versioned(group)


def _leaves_out_members(asked: SearchRequest[Group]) -> bool:
    """Directories ask for groups without their thousands of people."""
    only = {str(one).lower() for one in asked.attributes or ()}
    never = {str(one).lower() for one in asked.excluded_attributes or ()}
    return "members" in never or bool(only and "members" not in only)


def _groups(
    organisation: Organisation,
    rows: Sequence[DirectoryGroup],
    *,
    is_short: bool = False,
) -> list[Group]:
    """Groups with the people whom the directory sees, in two queries."""
    people = defaultdict[int, list[Member]](list)
    if not is_short:
        within = DirectoryGroupMember.objects.filter(group__in=rows, user__in=visible_people(organisation))
        for group_id, user_id in within.order_by("user_id").values_list("group_id", "user_id"):
            people[group_id].append(
                Member(
                    value=str(user_id),
                    ref=location("Users", str(user_id)),
                    type="User",
                )
            )
    return [_group(row, people[row.pk]) for row in rows]


def _group(row: DirectoryGroup, people: list[Member]) -> Group:
    key = f"g{row.pk}"
    return Group(
        id=key,
        external_id=row.external_id or None,
        display_name=row.name,
        members=people or None,
        meta=Meta(
            resource_type="Group",
            created=row.made_at,
            location=location("Groups", key),
        ),
    )
