"""Users: the people of the organisation's verified domains."""

from collections import defaultdict
from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from scim2_models import Context, GroupMembership, Meta, MutabilityException, PatchOp

from compliance.ground.web.text import number_in
from compliance.identity.organisations.actions import lock, lock_person
from compliance.identity.organisations.models import Organisation
from compliance.identity.organisations.models import User as Account
from compliance.programs.directory import actions
from compliance.programs.directory.door import ScimRequest, body_of
from compliance.programs.directory.filters import condition
from compliance.programs.directory.models import DirectoryGroupMember
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
from compliance.programs.directory.shapes import User, is_whole, name_of
from compliance.proof.audit.transaction import writing

_STAYS = (
    "userName cannot change: it is the address that the account signs in with. Deactivate"
    " this user, and create another with the new address."
)
_COLUMNS = {
    "username": "i:email",
    "externalid": "external_id",
    "id": "pk",
    "displayname": "i:name",
    "active": "active",
}


def found(request: ScimRequest) -> HttpResponse:
    """A page of users, filtered."""
    asked = search_of(request, User)
    rows = visible_people(request.organisation).filter(condition(asked.filter, _COLUMNS))
    return page(
        asked,
        User,
        rows.order_by("pk"),
        lambda some: _users(request.organisation, some),
    )


def read(request: ScimRequest, key: str) -> HttpResponse:
    """One user."""
    return one(request, _read(request.organisation, key))


def create(request: ScimRequest) -> HttpResponse:
    """A new user, as a member."""
    sent = User.model_validate(body_of(request), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    with writing():
        account = actions.make_person(
            organisation=request.organisation,
            email=sent.user_name or "",
            name=name_of(sent),
            external_id=sent.external_id or "",
            is_active=sent.active is not False,
        )
        return one(request, _read(request.organisation, str(account.pk)), 201)


def replace(request: ScimRequest, key: str) -> HttpResponse:
    """Replace a user; an attribute that Attest needs and the call lacks stays as it is."""
    sent = User.model_validate(body_of(request), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    with writing():
        stands = _held(request, key)
        return one(request, _set(request, stands, sent))


def patch(request: ScimRequest, key: str) -> HttpResponse:
    """Change some attributes of a user, as Entra ID and Okta do."""
    patch_op = PatchOp[User].model_validate(body_of(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    with writing():
        stands = _held(request, key)
        sent = stands.model_copy(deep=True)
        try:
            patch_op.patch(sent)
        except MutabilityException as error:
            is_address = "userName" in str(error)
            raise MutabilityException(detail=_STAYS if is_address else str(error)) from error
        if not is_whole(sent.name):
            sent.name = None  # Attest keeps no other part to put it to
        elif sent.display_name == stands.display_name:
            sent.display_name = None
        return one(request, _set(request, stands, sent))


def delete(request: ScimRequest, key: str) -> HttpResponse:
    """Delete a user from the directory."""
    with writing():
        _held(request, key)
        actions.delete_person(
            organisation=request.organisation,
            user=_account(request.organisation, key),
        )
    return empty()


def _held(request: ScimRequest, key: str) -> User:
    """A locked user; refuses a call that names an older version."""
    lock_person(_account(request.organisation, key))
    lock(request.organisation)
    stands = _read(request.organisation, key)
    refuse_stale(request, stands)
    return stands


def _set(request: ScimRequest, stands: User, sent: User) -> User:
    """Make a user as the call says: the membership first, since it locks the most."""
    organisation, key = request.organisation, stands.id or ""
    if (sent.user_name or "").lower() != stands.user_name:
        raise MutabilityException(detail=_STAYS)
    account = _account(organisation, key)
    if sent.active is False and stands.active:
        actions.deactivate(organisation=organisation, user=account)
    elif sent.active and not stands.active:
        actions.activate(organisation=organisation, user=account)
    name, external_id = name_of(sent), sent.external_id or ""
    if name not in {"", stands.display_name} or external_id != (stands.external_id or ""):
        actions.change_person(
            organisation=organisation,
            user=account,
            name=name,
            external_id=external_id,
        )
    return _read(organisation, key)


def _account(organisation: Organisation, key: str) -> Account:
    number = number_in(key)
    if number is None:
        raise Http404
    return get_object_or_404(visible_people(organisation), pk=number)


def _read(organisation: Organisation, key: str) -> User:
    [user] = _users(organisation, [_account(organisation, key)])
    return versioned(user)


def _users(organisation: Organisation, accounts: Sequence[Account]) -> list[User]:
    """Accounts as users, in two queries whatever their number."""
    rows = DirectoryGroupMember.objects.filter(
        group__organisation=organisation, user__in=[one.pk for one in accounts]
    )
    groups = defaultdict[int, list[GroupMembership]](list)
    for row in rows.select_related("group").order_by("group__name"):
        key = f"g{row.group_id}"
        groups[row.user_id].append(
            GroupMembership(value=key, ref=location("Groups", key), display=row.group.name)
        )
    return [_user(one, groups[one.pk]) for one in accounts]


def _user(account: Account, groups: list[GroupMembership]) -> User:
    columns = vars(account)
    return User(
        id=str(account.pk),
        external_id=columns["external_id"] or None,
        user_name=account.email,
        display_name=account.name,
        active=columns["role"] is not None,
        groups=groups or None,
        meta=Meta(
            resource_type="User",
            created=columns["known_since"],
            location=location("Users", str(account.pk)),
        ),
    )
