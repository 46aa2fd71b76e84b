"""The directory makes, changes, deactivates and deletes people of the organisation's domains.

Each is a member like others, with the same events; ``by`` is nobody, and the events name the
token. Locks come in the order of the house: person, organisation, answers, trail.
"""

from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.mail import absolute, queue_mail, standing
from compliance.identity.organisations.actions import (
    admit,
    end_membership,
    join,
    lock,
    lock_person,
    make_account,
    refuse_full,
    tell_apart,
)
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.events import ACCOUNT_CHANGED
from compliance.identity.organisations.models import Invitation, Membership, Organisation, User
from compliance.identity.organisations.rate_limits import program_has_not_sent, program_may_send
from compliance.identity.sign_on.addresses import account_at, owns_address, works_elsewhere
from compliance.identity.sign_on.choices import GIVEN
from compliance.identity.sign_on.models import Departure
from compliance.programs.directory.actions.groups import give_roles
from compliance.programs.directory.actions.handing_over import hand_over
from compliance.programs.directory.events import (
    DIRECTORY_PERSON_DELETED,
    DIRECTORY_PERSON_SAVED,
)
from compliance.programs.directory.models import DirectoryGroupMember, DirectoryPerson
from compliance.programs.directory.reach import visible_people
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import attempt, writing

_GONE_PER_PLACE = 10
"""People of a directory who are no members, for each member whom the installation allows."""
CONFLICT, FORBIDDEN = "conflict", "forbidden"
"""Codes of refusals: the user exists already; only an owner can decide."""


def make_person(
    *,
    organisation: Organisation,
    email: str,
    name: str,
    external_id: str = "",
    is_active: bool = True,
) -> User:
    """Create a user of the organisation's domains, as a member unless ``is_active`` is false.

    An account with the address that works elsewhere is taken in if its person has a password
    of their own and has confirmed the address; else it gives the address up.
    Raises ``ValidationError``: for an address of another domain, for someone who exists already
    (``CONFLICT``), and for someone whose membership ended without the directory
    (``FORBIDDEN``).
    """
    email = email.strip().lower()
    validate_email(email)
    with writing():
        if not owns_address(organisation, email):
            msg = (
                f"{email} is in no domain that {organisation} has verified. An owner"
                " verifies domains at Sign-on."
            )
            raise ValidationError(msg)
        user = account_at(organisation, email, by_themselves=False) or _new(email, name)
        user = lock_person(user)
        lock(organisation)
        _refuse_known(organisation, user)
        _refuse_crowd(organisation, user)
        if is_active:
            _join(organisation, user)
        else:  # sign-on does not let in whom the directory keeps out
            Departure.objects.get_or_create(organisation=organisation, user=user, issuer="")
        _keep(organisation, user, external_id)
    return user


def activate(*, organisation: Organisation, user: User) -> None:
    """Renew the membership that the directory ended; a member stays as they are.

    Raises ``ValidationError`` (``FORBIDDEN``) for someone whose membership ended otherwise.
    """
    with writing():
        user = lock_person(user)
        lock(organisation)
        if organisation.memberships.filter(user=user).exists():
            return
        if not _row(organisation, user):
            _refuse_return(organisation, user)
        _join(organisation, user)


def deactivate(*, organisation: Organisation, user: User) -> None:
    """End a membership, with its tokens here; with all sessions of the account, unless it
    works elsewhere.

    The person's questions and actions go to the heir in the rules, and one event records that.
    The account stays a member of its other organisations. Raises ``ValidationError``
    (``FORBIDDEN``) for an owner.
    """
    with writing():
        user = lock_person(user)
        lock(organisation)
        own = organisation.memberships.select_related("organisation", "user")
        membership = own.filter(user=user).first()
        if membership is None:
            return
        if membership.role == Role.OWNER:
            msg = (
                f"{user} is an owner of {organisation}. Another owner has to give them"
                " another role first: directories neither make nor remove owners."
            )
            raise ValidationError(msg, code=FORBIDDEN)
        handed = hand_over(membership)
        if not works_elsewhere(organisation, user):
            for session in UserSession.objects.filter(user=user):
                session.end()
        if standing([_welcome(organisation, user)]):  # it is dropped now
            program_has_not_sent(organisation, _welcome(organisation, user))
        end_membership(membership=membership, after=handed)
        if not _row(organisation, user):
            DirectoryPerson.objects.create(organisation=organisation, user=user)


def change_person(*, organisation: Organisation, user: User, name: str, external_id: str) -> None:
    """Change the name, or the id in the directory. Raises ``ValidationError``.

    The name is that of the account: owners, and whoever has another organisation or
    serves them all, keep theirs.
    """
    with writing():
        user = lock_person(user)
        lock(organisation)
        real = user.memberships.filter(organisation__sample_of=None)
        own = real.values_list("organisation", "role")
        is_here = [(at == organisation.pk, role in GIVEN) for at, role in own]
        if is_here == [(True, True)] and not user.serves_all:
            _rename(user, name)
        _keep(organisation, user, external_id)


def delete_person(*, organisation: Organisation, user: User) -> None:
    """Deactivate someone and forget them; the directory can create them again.

    Raises as ``deactivate``.
    """
    with writing():
        deactivate(organisation=organisation, user=user)
        row = _row(organisation, user)
        if row is None or row.is_deleted:
            return
        _leave_groups(organisation.pk, user.pk)
        before, row.external_id, row.is_deleted = (
            _event_fields(user, row.external_id),
            "",
            True,
        )
        row.save(update_fields=["external_id", "is_deleted"])
        trail.record(
            by=None,
            organisation_id=organisation.pk,
            action=DIRECTORY_PERSON_DELETED,
            subject=row,
            before=before,
        )


def forget_everywhere(*, by: User | None, person: User, called: str) -> None:
    """Remove an erased person from all directories; the events call them ``called``."""
    for row in person.directories.order_by("organisation_id"):
        with writing():
            _leave_groups(row.organisation_id, person.pk)
            trail.record(
                by=by,
                organisation_id=row.organisation_id,
                action=DIRECTORY_PERSON_DELETED,
                subject=row,
                before={"person": called},
            )
            row.delete()


def forget(
    *,
    membership: Membership,
    kept: frozenset[Any],
    is_by_directory: bool = False,
    **_: Any,
) -> None:
    """Forget a member whom a person removed, or who left: the directory cannot bring them back."""
    if kept or is_by_directory:
        return
    rows = DirectoryPerson.objects.filter(organisation=membership.organisation_id)
    rows.filter(user=membership.user_id).delete()
    _leave_groups(membership.organisation_id, membership.user_id)


def _leave_groups(organisation_id: UUID, user_id: int) -> None:
    rows = DirectoryGroupMember.objects.filter(group__organisation=organisation_id, user=user_id)
    rows.delete()


def _row(organisation: Organisation, user: User) -> DirectoryPerson | None:
    return organisation.directory_people.filter(user=user).first()


def _refuse_known(organisation: Organisation, user: User) -> None:
    """Refuse to create someone who exists already, or whom only an owner can invite again."""
    if visible_people(organisation).filter(pk=user.pk).exists():
        msg = f"The user {user.email} exists already: change that user instead."
        raise ValidationError(msg, code=CONFLICT)
    if organisation.memberships.filter(user=user).exists():
        msg = f"{user.email} is an auditor with a seat, and directories manage no auditors."
        raise ValidationError(msg, code=CONFLICT)
    was_here = Departure.objects.filter(organisation=organisation, user=user)
    if was_here.exists() and not _row(organisation, user):
        _refuse_return(organisation, user)


def _refuse_crowd(organisation: Organisation, user: User) -> None:
    """Of people who are no members only so many: each is an account."""
    limit = settings.ORGANISATION_MEMBERS * _GONE_PER_PLACE
    gone = organisation.directory_people.exclude(user__memberships__organisation=organisation).exclude(
        user=user
    )
    if limit and gone.count() >= limit:
        msg = (
            f"The directory of {organisation} has {limit:,} people who are no members, the"
            " most allowed. Ask the administrator of this installation for more."
        )
        raise ValidationError(msg, code="room")


def _refuse_return(organisation: Organisation, user: User) -> None:
    msg = f"{user.email} left {organisation} or was removed by an owner. An owner has to invite them again."
    raise ValidationError(msg, code=FORBIDDEN)


def _new(email: str, name: str) -> User:
    name = _clean(name) or email.partition("@")[0]
    User(email=email, name=name, password="-").full_clean(  # noqa: S106
        validate_unique=False
    )
    try:
        with attempt():
            return make_account(
                email=email,
                name=name,
                password=None,
                is_verified=True,
                is_by_themselves=False,
            )
    except IntegrityError:
        msg = f"Another call is creating the account {email}. Try again."
        raise ValidationError(msg, code=CONFLICT) from None


def _join(organisation: Organisation, user: User) -> None:
    """Make someone a member, with the role of their invitation or else that of the rules."""
    if not user.is_active:
        msg = f"The account {user.email} is closed."
        raise ValidationError(msg, code=FORBIDDEN)
    rows = Invitation.objects.open_at(timezone.now()).select_related("organisation")
    invitation = rows.filter(organisation=organisation, email=user.email).first()
    if invitation and invitation.role not in GIVEN:
        role = invitation.get_role_display().lower()
        msg = f"{user.email} is invited as {role}, and has to join by the link of the invitation."
        raise ValidationError(msg, code=FORBIDDEN)
    if invitation:
        admit(by=None, person=user, invitation=invitation)
    else:
        refuse_full(organisation)
        join(None, organisation, user, organisation.directory.role)
    give_roles(organisation=organisation, people=[user.pk])
    if not program_may_send(organisation, _welcome(organisation, user)):
        return
    queue_mail(
        organisation_id=organisation.pk,
        to=user.email,
        subject=f"You are a member of {organisation}",
        template="added",
        context={
            "organisation": organisation,
            "link": absolute(reverse("organisations:front")),
            "is_new": not user.has_usable_password(),
        },
        about=_welcome(organisation, user),
    )


def _welcome(organisation: Organisation, user: User) -> str:
    """The mail to a new member, by the name under which it is counted and asked for."""
    return f"directory {organisation.pk} let in {user.pk}"


def _clean(name: str) -> str:
    longest = User._meta.get_field("name").max_length
    return " ".join(name.split())[:longest]


def _rename(user: User, name: str) -> None:
    name = _clean(name)
    if not name or name == user.name:
        return
    before, user.name = user.name, name
    user.clean_fields(exclude=["password"])
    user.save(update_fields=["name"])
    tell_apart(user)
    trail.record_of_people(
        by=None,
        action=ACCOUNT_CHANGED,
        subject=user,
        before={"name": before},
        after={"name": name},
    )


def _keep(organisation: Organisation, user: User, external_id: str) -> None:
    """Write the row of someone, with an event if it changes."""
    found = _row(organisation, user)
    before = _event_fields(user, found.external_id) if found and not found.is_deleted else {}
    after = _event_fields(user, external_id)
    if before == after:
        return
    row = found or DirectoryPerson(organisation=organisation, user=user)
    row.external_id, row.is_deleted = external_id, False
    row.clean_fields()
    row.save(force_insert=found is None)
    trail.record(
        by=None,
        organisation_id=organisation.pk,
        action=DIRECTORY_PERSON_SAVED,
        subject=row,
        before=before,
        after=after,
    )


def _event_fields(user: User, external_id: str) -> dict[str, str]:
    return {"person": user.email, "external_id": external_id}
