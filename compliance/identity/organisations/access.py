"""Permissions: the one table, and the one door in front of every view."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django_htmx.middleware import HtmxDetails

from compliance.identity.organisations.choices import Among, Role
from compliance.identity.organisations.models import (
    AccessPolicy,
    Membership,
    Organisation,
    User,
)
from compliance.identity.organisations.policy_gate import is_open, lacking
from compliance.identity.organisations.reauthentication import StepUp, asked


class Permission(StrEnum):
    """One member per thing someone may be stopped from doing."""

    VIEW = "view"
    ANSWER = "answer"
    PROPOSE = "propose"
    """Lets a program propose answers, which a person who may answer uses or sets aside."""
    COMMENT = "comment"
    ASSESS = "assess"
    EDIT = "edit"
    REPORT = "report"
    TRAIL = "trail"
    EXPORT = "export"
    """Takes bundles, packs, spreadsheets of answers and the trail away as files."""
    CONFIRM = "confirm"
    SIGN = "sign"
    REOPEN = "reopen"
    INVITE = "invite"
    MEMBERS = "members"
    SEATS = "seats"
    """Gives auditors their seats, answers their requests, makes share links."""
    AUDIT = "audit"
    """Nothing of the organisation by itself: what a seat shows (room ``seats``)."""
    LEAVE = "leave"
    LIBRARY = "library"
    """Of the person, not of a role: a checklist editor has it in every organisation."""


_EVERYBODY = {Permission.VIEW, Permission.LEAVE}
_ALL = frozenset(set(Permission) - {Permission.AUDIT, Permission.LIBRARY})
ALLOWED: dict[str, frozenset[Permission]] = {
    Role.OWNER: _ALL,
    Role.OFFICER: _ALL - {Permission.MEMBERS},
    Role.CONTRIBUTOR: frozenset(
        _EVERYBODY
        | {
            Permission.ANSWER,
            Permission.PROPOSE,
            Permission.COMMENT,
            Permission.REPORT,
            Permission.EXPORT,
        }
    ),
    Role.REVIEWER: frozenset(
        _EVERYBODY
        | {
            Permission.COMMENT,
            Permission.CONFIRM,
            Permission.SIGN,
            Permission.REOPEN,
            Permission.REPORT,
            Permission.TRAIL,
            Permission.EXPORT,
        }
    ),
    Role.READER: frozenset(_EVERYBODY | {Permission.REPORT, Permission.EXPORT}),
    Role.AUDITOR: frozenset({Permission.AUDIT, Permission.LEAVE}),
}
"""Role to permissions. A role that is not here may do nothing."""
_BY_POLICY = {
    Permission.EXPORT: "exports",
    Permission.SEATS: "shares",
    Permission.INVITE: "invites",
}
"""Rights that an organisation may leave to fewer, with the rule of its policy."""
_NOT_IN_SAMPLES = frozenset({Permission.INVITE, Permission.MEMBERS, Permission.SEATS, Permission.LEAVE})
"""A sample is for one person alone, who throws it away instead of leaving it."""
_AMONG: dict[str, frozenset[str]] = {
    Among.ROLE: frozenset(Role.values),
    Among.LEADERS: frozenset({Role.OWNER, Role.OFFICER}),
    Among.OWNERS: frozenset({Role.OWNER}),
}

_LASTING = {
    Permission.INVITE,
    Permission.LEAVE,
    Permission.MEMBERS,
    Permission.REOPEN,
    Permission.SEATS,
    Permission.TRAIL,
}
STEP_UP: dict[Permission, StepUp] = {
    **dict.fromkeys(Permission, StepUp.SESSION),
    **dict.fromkeys(_LASTING, StepUp.FRESH),
    Permission.SIGN: StepUp.EACH,
}
"""The proof that a changing route with a permission asks for, unless it says otherwise."""


class MemberRequest(HttpRequest):
    """A request that passed ``member_required``."""

    user: User
    htmx: HtmxDetails
    organisation: Organisation
    membership: Membership
    memberships: list[Membership]
    may: frozenset[Permission]
    factor_by: date | None
    """The day from which the organisation asks for a second factor that they lack."""
    confirmed_by: str
    """How the person said just now who they are: password, app, passkey, sign-on, or ""."""
    confirmed_with: str
    """The name of the passkey that they used for it, or the host of the provider."""
    is_saved: bool
    """Set where a page, and no redirect, says that the form is saved."""


def takes(role: str, organisation: Organisation) -> frozenset[Permission]:
    """Permissions that a person needs to give, change or end a role there."""
    own = _left(role, organisation.policy)
    if Permission.AUDIT in own:
        return own - {Permission.AUDIT} | {Permission.SEATS}
    return own


def may(membership: Membership, permission: Permission) -> bool:
    """Whether a member has a permission: by the role, and by the policy."""
    if permission in _BY_POLICY or permission in _NOT_IN_SAMPLES:
        return permission in granted(membership)
    return permission in ALLOWED.get(membership.role, frozenset())


def granted(membership: Membership) -> frozenset[Permission]:
    """The permissions of a member: those of the role that the policy leaves to them."""
    organisation = membership.organisation
    left = _left(membership.role, organisation.policy)
    return left - _NOT_IN_SAMPLES if organisation.is_sample else left


def _left(role: str, policy: AccessPolicy) -> frozenset[Permission]:
    withheld = {
        permission for permission, rule in _BY_POLICY.items() if role not in _AMONG[getattr(policy, rule)]
    }
    return ALLOWED.get(role, frozenset()) - withheld


def holding(permission: Permission) -> "QuerySet[Membership]":
    """The memberships of which ``may`` says yes, in one condition for the database."""
    roles = {role for role, allowed in ALLOWED.items() if permission in allowed}
    rows = Membership.objects.order_by()
    if permission in _NOT_IN_SAMPLES:
        rows = rows.filter(organisation__sample_of=None)
    rule = _BY_POLICY.get(permission)
    if rule is None:
        return rows.filter(role__in=roles)
    left = Q(organisation__own_policy=None, role__in=roles)
    for among, some in _AMONG.items():
        left |= Q((f"organisation__own_policy__{rule}", among), role__in=roles & some)
    return rows.filter(left)


def who_may(organisation: Organisation, *permissions: Permission) -> list[User]:
    """Its active members with all of some permissions, by name."""
    members = organisation.memberships.with_people().filter(user__is_active=True)
    if not _NOT_IN_SAMPLES.union(_BY_POLICY).isdisjoint(permissions):
        members = members.select_related("user", "organisation__own_policy")
    return [member.user for member in members if all(may(member, one) for one in permissions)]


def open_to(request: Any, permission: Permission) -> list[Organisation]:
    """The organisations in which someone has a permission and which their session opens,
    by name: those that may stand together on one page.
    """
    own = [one.organisation for one in _own(request.user) if may(one, permission) and is_open(request, one)]
    return sorted(own, key=lambda one: one.name.casefold())


def _own(user: User) -> list[Membership]:
    """The memberships of whoever is signed in: no query, but for who came otherwise."""
    own = user.came_with
    return list(Membership.objects.of(user)) if own is None else own


def _remember(user: User, membership: Membership, memberships: list[Membership]) -> None:
    """Keep where someone with several organisations worked last: the front door.

    A page opens all the same where nothing can be written.
    """
    if len(memberships) > 1 and user.worked_in_id != membership.organisation_id:
        user.worked_in_id = membership.organisation_id
        with suppress(DatabaseError):
            User.objects.filter(pk=user.pk).update(worked_in=user.worked_in_id)


def member_required[**P](
    permission: Permission,
    step_up: StepUp | None = None,
    *,
    also: Permission | None = None,
) -> Callable[
    [Callable[Concatenate[MemberRequest, P], HttpResponseBase]],
    Callable[..., HttpResponseBase],
]:
    """Let members with the permission in; 404 to strangers, 403 to the wrong role.

    Takes ``org`` (the slug) from the address and puts ``organisation``,
    ``membership`` and all ``memberships`` of the person on the request: no query of its
    own, but for someone who signed in otherwise. Where something is changed the door
    asks for what ``step_up`` says, which is ``STEP_UP`` of the permission if left out.
    ``also`` is a second permission that a file needs. People who lack a second factor
    that the organisation asks for see how to set one up, and nothing else; people who did
    not come by the provider that it asks for see the way there.
    """
    level = step_up or STEP_UP[permission]

    def decorate(
        view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, org: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.memberships = _own(request.user)
            for membership in request.memberships:
                if membership.organisation.slug == org:
                    break
            else:
                raise Http404
            allowed = granted(membership)
            if request.user.is_editor:
                allowed |= {Permission.LIBRARY}
            if not {permission, also or permission} <= allowed:
                raise PermissionDenied
            _remember(request.user, membership, request.memberships)
            request.membership = membership
            request.organisation = membership.organisation
            request.may = allowed
            if permission != Permission.LEAVE and (page := lacking(request)):
                return page
            return asked(request, level) or view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.also = also  # type: ignore[attr-defined]
        guarded.step_up = level  # type: ignore[attr-defined]
        return guarded

    return decorate
