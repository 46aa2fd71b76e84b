"""The directory makes, changes, fills and deletes groups; groups give roles by the table."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError

from compliance.identity.organisations.actions import assign_role, lock
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.sign_on.actions import role_of_groups
from compliance.identity.sign_on.choices import GIVEN
from compliance.identity.sign_on.events import MEMBER_ROLE_BY_GROUP
from compliance.identity.sign_on.models import GroupRole
from compliance.programs.directory.events import (
    DIRECTORY_GROUP_DELETED,
    DIRECTORY_GROUP_FILLED,
    DIRECTORY_GROUP_SAVED,
)
from compliance.programs.directory.models import DirectoryGroup, DirectoryGroupMember
from compliance.programs.directory.reach import visible_people
from compliance.proof.audit import trail
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing

MOST_GROUPS = 1000
"""Of one organisation."""


def make_group(
    *, organisation: Organisation, name: str, external_id: str, people: Collection[int]
) -> DirectoryGroup:
    """A group with its people. Raises ``ValidationError``, also for a name that is taken."""
    with writing():
        lock(organisation)
        if organisation.directory_groups.count() >= MOST_GROUPS:
            msg = (
                f"{organisation} has {MOST_GROUPS:,} groups, the most allowed. Send those"
                " alone that have a role in the table at Sign-on."
            )
            raise ValidationError(msg)
        group = DirectoryGroup(organisation=organisation)
        _name(group, name, external_id)
        fill_group(group=group, people=people)
    return group


def change_group(*, group: DirectoryGroup, name: str, external_id: str) -> None:
    """Change name or id; its people get the role of the new one. Raises as ``make_group``."""
    with writing():
        lock(group.organisation)
        if (group.name, group.external_id) != (name, external_id):
            _name(group, name, external_id)
            give_roles(
                organisation=group.organisation,
                people=list(group.people.values_list("pk", flat=True)),
            )


def fill_group(*, group: DirectoryGroup, people: Collection[int]) -> None:
    """Exactly these people in a group, with the roles that follow.

    Raises ``ValidationError`` for somebody whom the directory does not see.
    """
    organisation, wanted = group.organisation, set(people)
    with writing():
        lock(organisation)
        found = set(group.memberships.values_list("user_id", flat=True))
        added, gone = wanted - found, found - wanted
        seen = set(visible_people(organisation).filter(pk__in=added).values_list("pk", flat=True))
        if unknown := added - seen:
            names = ", ".join(map(str, sorted(unknown)[:5]))
            msg = f"There is no user {names} here. Create the user first."
            raise ValidationError(msg)
        if not added and not gone:
            return
        group.memberships.filter(user__in=gone).delete()
        rows = [DirectoryGroupMember(group=group, user_id=pk) for pk in sorted(added)]
        inserted(DirectoryGroupMember.objects.bulk_create(rows, batch_size=500))
        trail.record(
            by=None,
            organisation_id=organisation.pk,
            action=DIRECTORY_GROUP_FILLED,
            subject=group,
            after={
                "title": group.name,
                "joined": len(added),
                "left": len(gone),
                "joined_ids": sorted(added),
                "left_ids": sorted(gone),
            },
        )
        give_roles(organisation=organisation, people=added | gone)


def delete_group(*, group: DirectoryGroup) -> None:
    """Delete a group; its people keep their role, or get that of another group of theirs."""
    with writing():
        lock(group.organisation)
        people = list(group.people.values_list("pk", flat=True))
        trail.record(
            by=None,
            organisation_id=group.organisation_id,
            action=DIRECTORY_GROUP_DELETED,
            subject=group,
            before=_event_fields(group),
        )
        group.delete()
        give_roles(organisation=group.organisation, people=people)


def give_roles(*, organisation: Organisation, people: Collection[int], by: User | None = None) -> None:
    """Give people the role that follows from their groups, if they have another.

    Owners and auditors keep theirs, and so does whoever is in no group of the table. The
    organisation is locked.
    """
    members = organisation.memberships.filter(user__in=people, role__in=GIVEN)
    names = _names_of(organisation, people)
    table = list(organisation.group_roles.all())
    for member in members.select_related("organisation", "user").order_by("pk"):
        given = role_of_groups(table, names.get(member.user_id, ()))
        if given and given.role != member.role:
            assign_role(
                by=by,
                membership=member,
                role=given.role,
                action=MEMBER_ROLE_BY_GROUP,
                group=given.group,
            )


def give_roles_of(*, by: User, row: GroupRole, **_: Any) -> None:
    """Give the people of a group its role at once, when an owner sets one."""
    of = row.organisation
    rows = DirectoryGroupMember.objects.filter(group__organisation=of)
    named = rows.filter(group__name=row.group) | rows.filter(group__external_id=row.group)
    give_roles(organisation=of, people=list(named.values_list("user_id", flat=True)), by=by)


def _names_of(organisation: Organisation, people: Collection[int]) -> dict[int, set[str]]:
    """Person to the names and ids of their groups, either of which the table may have."""
    rows = DirectoryGroupMember.objects.filter(group__organisation=organisation, user__in=people)
    found: dict[int, set[str]] = {}
    for user_id, *names in rows.values_list("user_id", "group__name", "group__external_id"):
        found.setdefault(user_id, set()).update(filter(None, names))
    return found


def _name(group: DirectoryGroup, name: str, external_id: str) -> None:
    """Save a group, with its event. Raises ``ValidationError``."""
    is_new = group.pk is None
    before = {} if is_new else _event_fields(group)
    group.name, group.external_id = name, external_id
    group.clean_fields()
    others = group.organisation.directory_groups.exclude(pk=group.pk)
    if others.filter(name=name).exists():
        msg = f"A group named {name} exists already: change that group instead."
        raise ValidationError(msg, code="conflict")
    group.save()
    trail.record(
        by=None,
        organisation_id=group.organisation_id,
        action=DIRECTORY_GROUP_SAVED,
        subject=group,
        before=before,
        after=_event_fields(group),
    )


def _event_fields(group: DirectoryGroup) -> dict[str, str]:
    return {"title": group.name, "external_id": group.external_id}
