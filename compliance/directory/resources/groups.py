"""Groups of the directory, and who is in them."""

from collections import defaultdict
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from scim2_models import Context, Meta, PatchOp, SearchRequest

from compliance.audit.transaction import writing
from compliance.directory import actions
from compliance.directory.door import ScimRequest, body_of
from compliance.directory.filters import condition
from compliance.directory.models import DirectoryGroup, DirectoryGroupMember
from compliance.directory.reach import people_of
from compliance.directory.replies import (
    empty,
    location,
    one,
    page,
    refuse_stale,
    search_of,
    versioned,
)
from compliance.directory.shapes import Group, Member
from compliance.organisations.actions import lock
from compliance.organisations.models import Organisation

_COLUMNS = {
    "displayname": "i:name",
    "externalid": "external_id",
    "id": "pk",
}


def found(request: ScimRequest) -> HttpResponse:
    """A page of groups, filtered."""
    asked = search_of(request, Group)
    rows = request.organisation.directory_groups.filter(
        condition(asked.filter, _COLUMNS)
    )
    is_short = _leaves_out_members(asked)
    return page(
        asked,
        Group,
        rows.order_by("pk"),
        lambda some: _told(request.organisation, some, is_short=is_short),
    )


def read(request: ScimRequest, key: str) -> HttpResponse:
    """One group."""
    return one(request, _read(request.organisation, key))


def create(request: ScimRequest) -> HttpResponse:
    """A new group."""
    sent = Group.model_validate(
        body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST
    )
    row = actions.make_group(
        organisation=request.organisation,
        name=sent.display_name or "",
        external_id=sent.external_id or "",
        people=_ids(sent),
    )
    return one(request, _read(request.organisation, f"g{row.pk}"), 201)


def replace(request: ScimRequest, key: str) -> HttpResponse:
    """All of a group."""
    with writing():
        _held(request, key)
        sent = Group.model_validate(
            body_of(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST
        )
        _set(request, key, sent)
        return one(request, _read(request.organisation, key))


def patch(request: ScimRequest, key: str) -> HttpResponse:
    """Some of a group: its name, or people more or less. The reply is empty (RFC 7644,
    3.5.2): it would name thousands.
    """
    with writing():
        stands = _held(request, key)
        told = PatchOp[Group].model_validate(
            body_of(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST
        )
        for member in stands.members or []:  # those to remove come by their ids alone
            member.ref = member.type = None
        told.patch(stands)
        _set(request, key, stands)
    return empty()


def delete(request: ScimRequest, key: str) -> HttpResponse:
    """A group that is no more."""
    with writing():
        _held(request, key)
        actions.delete_group(group=_row(request.organisation, key))
    return empty()


def _held(request: ScimRequest, key: str) -> Group:
    """A group as it stands, for nobody else to change; refuses a call on an older one."""
    lock(request.organisation)
    stands = _read(request.organisation, key)
    refuse_stale(request, stands)
    return stands


def _set(request: ScimRequest, key: str, sent: Group) -> None:
    row = _row(request.organisation, key)
    actions.change_group(
        group=row, name=sent.display_name or "", external_id=sent.external_id or ""
    )
    hidden = set(row.people.values_list("pk", flat=True)) - set(
        people_of(request.organisation)
        .filter(directory_groups=row)
        .values_list("pk", flat=True)
    )
    actions.fill_group(group=row, people=_ids(sent) | hidden)


def _ids(sent: Group) -> set[int]:
    """The people who were named. Raises ``ValidationError`` for something else."""
    found = set()
    for member in sent.members or []:
        value = member.value or ""
        is_id = value.isascii() and value.isdigit() and len(value) < 18
        if not is_id or (member.type or "User") != "User":
            msg = f"“{value[:40]}” is no user here. A group holds users, and no groups."
            raise ValidationError(msg)
        found.add(int(value))
    return found


def _row(organisation: Organisation, key: str) -> DirectoryGroup:
    number = key.removeprefix("g")
    is_id = key[:1] == "g" and number.isascii() and number.isdigit() and len(key) < 18
    rows = organisation.directory_groups.select_related("organisation")
    row = rows.filter(pk=int(number)).first() if is_id else None
    if row is None:
        raise Http404
    return row


def _read(organisation: Organisation, key: str) -> Group:
    [told] = _told(organisation, [_row(organisation, key)])
    return versioned(told)


def _leaves_out_members(asked: SearchRequest[Group]) -> bool:
    """Directories ask for groups without their thousands of people."""
    only = {str(one).lower() for one in asked.attributes or ()}
    never = {str(one).lower() for one in asked.excluded_attributes or ()}
    return "members" in never or bool(only and "members" not in only)


def _told(
    organisation: Organisation,
    rows: Sequence[DirectoryGroup],
    *,
    is_short: bool = False,
) -> list[Group]:
    """Groups with the people whom the directory sees, in two queries."""
    people = defaultdict[int, list[Member]](list)
    if not is_short:
        within = DirectoryGroupMember.objects.filter(
            group__in=rows, user__in=people_of(organisation)
        )
        for group_id, user_id in within.order_by("user_id").values_list(
            "group_id", "user_id"
        ):
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
