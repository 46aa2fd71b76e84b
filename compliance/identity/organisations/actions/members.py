"""Actions on organisations and their members."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone
from django.utils.text import slugify

from compliance.ground.web.mail import drop_mails_to
from compliance.identity.organisations.access import ALLOWED, Permission, granted, may, takes
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.events import (
    ACCOUNT_CHANGED,
    ACCOUNT_MADE,
    MEMBER_ADDED,
    MEMBER_LEFT,
    MEMBER_REMOVED,
    MEMBER_ROLE_CHANGED,
    ORGANISATION_CREATED,
)
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.proof.audit import trail
from compliance.proof.audit.models import Event
from compliance.proof.audit.rows import inserted
from compliance.proof.audit.transaction import writing

UNDO_FOR = timedelta(days=1)
"""How long a removal can be undone."""
holds = Signal()
"""A page asks what a ``membership`` owns. Rooms above answer, each with a list of words."""
rights_ending = Signal()
"""A member leaves or gets another role: ``by``, ``membership``, and ``kept``, the
permissions that stay; ``is_by_directory`` where the directory ends a membership. Rooms
above end rows that rest on the others, and record nothing: the trail is locked last."""
rights_lost = Signal()
"""The same, sent next: rooms above end what rests on those permissions, with an event."""


def create_organisation(*, by: User | None, owner: User | None, name: str, slug: str = "") -> Organisation:
    """A new organisation with its owner, or without one: they are to be invited.

    Without a ``slug`` the address ends in random letters: a number or a refusal
    would show which other organisations there are. Raises ``ValidationError`` for a
    name or slug that cannot be.
    """
    slug = slug or f"{slugify(name)[:50] or 'organisation'}-{secrets.token_hex(3)}"
    organisation = Organisation(name=name, slug=slug)
    organisation.full_clean()
    with writing():
        organisation.save(force_insert=True)
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action=ORGANISATION_CREATED,
            subject=organisation,
            after={"name": name, "slug": slug},
        )
        if owner:
            join(by, organisation, owner, Role.OWNER)
    return organisation


def change_role(*, by: User, membership: Membership, role: str) -> Membership:
    """The membership with its new role; the same role again changes nothing.

    Raises ``ValidationError`` when either role is above the giver's, or when the
    last owner would be lowered.
    """
    with writing():
        membership = locked(membership)
        organisation = membership.organisation
        refuse_above(by, organisation, membership.role)
        refuse_above(by, organisation, role)
        if membership.role == role:
            return membership
        keep_an_owner(membership)
        assign_role(by=by, membership=membership, role=role)
    return membership


def assign_role(
    *,
    by: User | None,
    membership: Membership,
    role: str,
    action: str = MEMBER_ROLE_CHANGED,
    **extra: Any,
) -> None:
    """Another role, with its event, which has the ``extra`` fields, too.

    For whoever has asked already whether this may be: the organisation is locked.
    """
    _lose(by, membership, ALLOWED[role])
    before, membership.role = membership.role, role
    membership.full_clean()
    membership.save(update_fields=["role"])
    trail.record(
        by=by,
        organisation_id=membership.organisation_id,
        action=action,
        subject=membership,
        before={"role": before},
        after={"role": role} | extra,
    )


def held_by(membership: Membership) -> list[str]:
    """The things a member owns, in words such as "4 open actions"; [] for nothing."""
    answers = holds.send(sender=Membership, membership=membership)
    return [words for _, found in answers for words in found or ()]


def remove_member(*, by: User, membership: Membership) -> Event:
    """End a membership; what the person did stays. The event can be undone for a while.

    Raises ``ValidationError`` for a role above the remover's and the last owner.
    """
    with writing():
        membership = locked(membership)
        refuse_above(by, membership.organisation, membership.role)
        keep_an_owner(membership)
        return _end(by, membership, MEMBER_REMOVED)


def end_membership(*, membership: Membership, after: dict[str, Any]) -> Event:
    """The directory of an organisation ends a membership; ``after`` says what became of
    the things that the member owned.

    For whoever has asked already whether this may be: the organisation is locked.
    """
    return _end(None, membership, MEMBER_REMOVED, after, is_by_directory=True)


def removed(organisation: Organisation, seq: int) -> tuple[User, str]:
    """Whose removal can be undone yet, and their role; else ``Event.DoesNotExist``.

    A day later, or where the person is invited or a member again or has ceased to be one
    once more, it is for an invitation.
    """
    events = trail.events_of(organisation.pk).filter(at__gte=timezone.now() - UNDO_FOR)
    before, _ = trail.changes(events.get(seq=seq, action=MEMBER_REMOVED))
    user_id = before.get("user_id", 0)
    later = events.filter(seq__gt=seq, action__in=[MEMBER_REMOVED, MEMBER_LEFT])
    people = User.objects.filter(pk=user_id, is_active=True)
    person = people.exclude(memberships__organisation=organisation).first()
    if person is None or any(trail.changes(e)[0].get("user_id") == user_id for e in later):
        raise Event.DoesNotExist
    invited = organisation.invitations.open_at(timezone.now())
    if invited.filter(email=person.email).exists():
        raise Event.DoesNotExist
    return person, before["role"]


def take_back(*, by: User, organisation: Organisation, seq: int) -> Membership:
    """Make someone a member again who was removed just now, in the role they had.

    They own again all that they owned; tokens, feeds and links that ended stay so. Raises
    ``Event.DoesNotExist`` when it is too late, ``ValidationError`` for a role above.
    """
    with writing():
        lock_person(removed(organisation, seq)[0])
        lock(organisation)
        person, role = removed(organisation, seq)
        refuse_above(by, organisation, role)
        refuse_full(organisation)
        return join(by, organisation, person, role)


def leave(*, by: User, membership: Membership) -> None:
    """End one's own membership, whatever the role; what one did stays.

    Raises ``ValidationError`` for the last owner.
    """
    with writing():
        membership = locked(membership)
        keep_an_owner(membership)
        _end(by, membership, MEMBER_LEFT)


def make_placeholders(*, names: Sequence[str]) -> list[User]:
    """Accounts for people who are only named: nobody can sign in to one.

    They are members of nothing. Their addresses lead nowhere (RFC 2606). One event has
    them all.
    """
    if not names:
        return []
    longest = User._meta.get_field("name").max_length
    rows = [
        User(
            email=f"{secrets.token_hex(12)}@placeholder.invalid",
            name=name[:longest],
            password=make_password(None),
            is_active=False,
        )
        for name in names
    ]
    with writing():
        made = inserted(User.objects.bulk_create(rows))
        trail.record_of_people(by=None, action=ACCOUNT_MADE, subject=made[0])
    return made


def make_account(
    *,
    email: str,
    name: str,
    password: str | None,
    is_verified: bool = False,
    is_by_themselves: bool = True,
) -> User:
    """An account that its person signs in to; without a password by sign-on.

    The author of its event is the person, unless a program makes it.
    Raises ``IntegrityError`` for an address that another one has; call it in
    ``attempt()`` where that may be.
    """
    with writing():
        user = User.objects.create_user(email, password, name=name)
        EmailAddress.objects.create(user=user, email=user.email, verified=is_verified, primary=True)
        trail.record_of_people(
            by=user if is_by_themselves else None,
            action=ACCOUNT_MADE,
            subject=user,
            after={"name": name, "email": user.email},
        )
    return user


def keep_address(person: User) -> None:
    """Add the address of an account to those that may be confirmed, unless it is there."""
    addresses = EmailAddress.objects.filter(user=person, email=person.email)
    if addresses.exists() or person.email.endswith(".invalid"):
        return
    with writing():
        addresses.get_or_create(user=person, email=person.email)
        trail.record_of_people(
            by=person,
            action=ACCOUNT_CHANGED,
            subject=person,
            after={"email": person.email},
        )


def join(
    by: User | None,
    organisation: Organisation,
    user: User,
    role: str,
    action: str = MEMBER_ADDED,
    **extra: Any,
) -> Membership:
    """The new membership, with its event, which has the ``extra`` fields, too."""
    membership = Membership(organisation=organisation, user=user, role=role)
    membership.full_clean()
    membership.save(force_insert=True)
    tell_apart(user)
    trail.record(
        by=by,
        organisation_id=organisation.pk,
        action=action,
        subject=membership,
        after={"person": user.email, "role": role} | extra,
    )
    return membership


def tell_apart(person: User) -> None:
    """Mark a person whose name is new to an organisation, and those of it who have it, too.

    Former members count: what they did stays. For whoever joins or gets another name.
    """
    joined, left = "memberships__organisation", "departures__organisation"
    places = Organisation.objects.filter(Q(memberships__user=person) | Q(departures__user=person)).values(
        "pk"
    )
    near = Q(**{f"{joined}__in": places}) | Q(**{f"{left}__in": places})
    named = User.objects.filter(name__iexact=person.name).exclude(pk=person.pk)
    namesakes = set(named.filter(near).values_list("pk", flat=True))
    User.objects.filter(pk__in=namesakes).update(has_namesake=True)
    if person.has_namesake != bool(namesakes):
        person.has_namesake = bool(namesakes)
        User.objects.filter(pk=person.pk).update(has_namesake=person.has_namesake)


def _end(
    by: User | None,
    membership: Membership,
    action: str,
    after: dict[str, Any] | None = None,
    **extra: Any,
) -> Event:
    _lose(by, membership, frozenset(), **extra)
    event = trail.record(
        by=by,
        organisation_id=membership.organisation_id,
        action=action,
        subject=membership,
        before={
            "person": membership.user.email,
            "user_id": membership.user_id,
            "role": membership.role,
        },
        after=after,
    )
    membership.delete()
    return event


def end_rights(by: User | None, membership: Membership, kept: Collection[Permission], **extra: Any) -> None:
    """End what rests on rights that do not stay; ``kept`` are those that do."""
    for signal in (rights_ending, rights_lost):
        signal.send(sender=Membership, by=by, membership=membership, kept=kept, **extra)


def _lose(by: User | None, membership: Membership, kept: Collection[Permission], **extra: Any) -> None:
    """End what rests on rights that do not stay, mails that wait included."""
    end_rights(by, membership, kept, **extra)
    if Permission.VIEW not in kept:
        drop_mails_to(membership.organisation_id, membership.user.email)


def lock(organisation: Organisation) -> None:
    """One change at a time: two owners cannot both leave, and no number is given twice.

    Rows that name the organisation are still added meanwhile (``no_key``).
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def lock_person(person: User) -> User:
    """The person, for whoever joins, erases or changes a factor: one at a time.

    Comes before ``lock``, and that before the trail. Events that name the person are
    still added meanwhile (``no_key``).
    """
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def hold_right(by: User, organisation: Organisation | None, permission: Permission) -> None:
    """Refuse whoever has lost a right since the door asked for it, and let nobody take it
    from them before the transaction is over.

    For steps that nobody takes back, such as a signature: an action may wait for others.
    Without an ``organisation`` it is the library, of its editors. Comes before any lock on
    rows of either. Raises ``PermissionDenied``, as the door does.
    """
    if organisation is None:
        person = lock_person(by)
        has_right = person.is_editor and person.is_active
    else:
        lock(organisation)
        active = organisation.memberships.filter(user__is_active=True)
        own = active.filter(user=by).first()
        has_right = own is not None and may(own, permission)
    if not has_right:
        raise PermissionDenied


def locked(membership: Membership) -> Membership:
    """The membership as it is now, with its organisation locked.

    Raises ``ValidationError`` where somebody ended it meanwhile.
    """
    lock(membership.organisation)
    members = Membership.objects.select_related("user", "organisation")
    found = members.filter(pk=membership.pk).first()
    if found is None:
        msg = "This person is no longer a member."
        raise ValidationError(msg, code="over")
    return found


def places_taken(organisation: Organisation) -> int:
    """The number of members and open invitations, which reserve a place."""
    invited = organisation.invitations.open_at(timezone.now())
    return organisation.memberships.count() + invited.count()


def refuse_full(organisation: Organisation) -> None:
    """Refuse one more member if the limit is reached; a lock makes callers wait their turn."""
    limit = settings.ORGANISATION_MEMBERS
    if not limit:
        return
    lock(organisation)
    if places_taken(organisation) >= limit:
        msg = (
            f"{organisation} has {limit} members and open invitations, the most allowed."
            " Remove someone, or ask the administrator of this installation for"
            " more."
        )
        raise ValidationError(msg, code="room")


def refuse_above(by: User, organisation: Organisation, role: str) -> Membership:
    """Nobody gives, changes or ends a role that may more than their own, which is returned."""
    own = organisation.memberships.filter(user=by).first()
    if own is None or not takes(role, organisation) <= granted(own):
        msg = "You cannot give, change or end a role above your own."
        raise ValidationError(msg, code="above")
    return own


def keep_an_owner(membership: Membership) -> None:
    """Refuse to lose the last owner; one whose account is closed is none."""
    if membership.role != Role.OWNER:
        return
    others = membership.organisation.memberships.exclude(pk=membership.pk)
    if not others.active_owners().exists():
        msg = "This is the last owner. Make someone else owner first."
        raise ValidationError(msg, code="last_owner")
