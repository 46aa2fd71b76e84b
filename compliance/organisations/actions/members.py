"""What people do to organisations and their members."""

import secrets
from collections.abc import Sequence

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from compliance.audit import trail
from compliance.organisations.access import ALLOWED, takes
from compliance.organisations.choices import Role
from compliance.organisations.models import Membership, Organisation, User


def create_organisation(
    *, by: User | None, owner: User, name: str, slug: str = ""
) -> Organisation:
    """A new organisation with its owner.

    Without a ``slug`` the address ends in random letters: a number or a refusal
    would tell which other organisations there are. Raises ``ValidationError`` for a
    name or slug that cannot be.
    """
    slug = slug or f"{slugify(name)[:50] or 'organisation'}-{secrets.token_hex(3)}"
    organisation = Organisation(name=name, slug=slug)
    organisation.full_clean()
    with transaction.atomic():
        organisation.save(force_insert=True)
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action="organisation.created",
            subject=organisation,
            after={"name": name, "slug": slug},
        )
        join(by, organisation, owner, Role.OWNER)
    return organisation


def add_member(
    *, by: User, organisation: Organisation, email: str, name: str, role: str
) -> tuple[Membership, str | None]:
    """The new member, and a one-time password when there was no such user.

    ``name`` counts for a new user only. Raises ``ValidationError`` for a member
    already there, a role above the giver's, or a name or e-mail that cannot be.
    """
    with transaction.atomic():
        lock(organisation)
        refuse_above(by, organisation, role)
        user, password = find_or_create_user(email=email, name=name)
        if organisation.memberships.filter(user=user).exists():
            msg = "This person is a member already."
            raise ValidationError({"email": msg}, code="member")
        return join(by, organisation, user, role), password


def change_role(*, by: User, membership: Membership, role: str) -> Membership:
    """The membership with its new role; the same role again changes nothing.

    Raises ``ValidationError`` when either role is above the giver's, or when the
    last owner would be lowered.
    """
    with transaction.atomic():
        membership = _locked(membership)
        organisation = membership.organisation
        refuse_above(by, organisation, membership.role)
        refuse_above(by, organisation, role)
        if membership.role == role:
            return membership
        keep_an_owner(membership)
        before, membership.role = membership.role, role
        membership.full_clean()
        membership.save(update_fields=["role"])
        trail.record(
            by=by,
            organisation_id=organisation.pk,
            action="member.role_changed",
            subject=membership,
            before={"role": before},
            after={"role": role},
        )
    return membership


def remove_member(*, by: User, membership: Membership) -> None:
    """End a membership; what the person did stays.

    Raises ``ValidationError`` for a role above the remover's and the last owner.
    """
    with transaction.atomic():
        membership = _locked(membership)
        refuse_above(by, membership.organisation, membership.role)
        keep_an_owner(membership)
        trail.record(
            by=by,
            organisation_id=membership.organisation_id,
            action="member.removed",
            subject=membership,
            before={"person": membership.user.email, "role": membership.role},
        )
        membership.delete()


def find_or_create_user(
    *, email: str, name: str, with_password: bool = True
) -> tuple[User, str | None]:
    """The user with an e-mail address, and the password when it had to be made.

    Without a password nobody signs in until an invitation is accepted.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user:
        return user, None
    password = secrets.token_urlsafe(15) if with_password else None
    User(email=email, name=name, password="-").full_clean()  # noqa: S106
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name), password
    except IntegrityError:  # somebody else added the same person just now
        return User.objects.get(email=email), None


def make_placeholders(*, names: Sequence[str]) -> list[User]:
    """Accounts for people who are only named: nobody can sign in to one.

    They are members of nothing. Their addresses lead nowhere (RFC 2606).
    """
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
    return User.objects.bulk_create(rows)


def join(
    by: User | None,
    organisation: Organisation,
    user: User,
    role: str,
    action: str = "member.added",
) -> Membership:
    """The new membership, with its event."""
    membership = Membership(organisation=organisation, user=user, role=role)
    membership.full_clean()
    membership.save(force_insert=True)
    trail.record(
        by=by,
        organisation_id=organisation.pk,
        action=action,
        subject=membership,
        after={"person": user.email, "role": role},
    )
    return membership


def lock(organisation: Organisation) -> None:
    """One change of members at a time, so that two owners cannot both leave."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)


def _locked(membership: Membership) -> Membership:
    lock(membership.organisation)
    members = Membership.objects.select_related("user", "organisation")
    return members.get(pk=membership.pk)


def refuse_above(by: User, organisation: Organisation, role: str) -> None:
    """Nobody gives, changes or ends a role that may more than their own."""
    own = organisation.memberships.filter(user=by).first()
    if own is None or not takes(role) <= ALLOWED[own.role]:
        msg = "You cannot give, change or end a role above your own."
        raise ValidationError(msg, code="above")


def keep_an_owner(membership: Membership) -> None:
    """Refuse to lose the last owner; one who was invited and has not come is none."""
    if membership.role != Role.OWNER:
        return
    others = membership.organisation.memberships.exclude(pk=membership.pk)
    others = others.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if not others.filter(role=Role.OWNER, user__is_active=True).exists():
        msg = "This is the last owner. Make somebody else owner first."
        raise ValidationError(msg, code="last_owner")
