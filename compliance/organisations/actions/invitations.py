"""Inviting by mail: a link that lets one person in, once, for some days."""

import hashlib
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from compliance.audit import trail
from compliance.organisations.actions.members import (
    find_or_create_user,
    join,
    keep_an_owner,
    lock,
    refuse_above,
)
from compliance.organisations.choices import Role
from compliance.organisations.models import (
    Invitation,
    Membership,
    Organisation,
    User,
)
from compliance.web.mail import absolute, queue_mail
from compliance.web.paths import is_local
from compliance.web.turns import in_turn

USED_UP = "This link is used up."


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    *,
    by: User,
    organisation: Organisation,
    email: str,
    name: str,
    role: str,
    path: str = "",
    ask: str = "",
) -> Invitation:
    """An invitation on its way by mail; the person is a member from now on.

    A new person cannot sign in before the link is used. ``name`` counts for a new
    person only. ``path`` is the page the link leads to, ``ask`` stands in the mail.
    Raises ``ValidationError`` for a member already there, a role above the giver's,
    a name or e-mail that cannot be, and a path that leads elsewhere.
    """
    if path and not is_local(path):
        msg = "An invitation leads to a page of this site only."
        raise ValidationError(msg)
    with in_turn(), transaction.atomic():
        lock(organisation)
        refuse_above(by, organisation, role)
        user, _ = find_or_create_user(email=email, name=name, with_password=False)
        if organisation.memberships.filter(user=user).exists():
            waiting = Invitation.waiting_in(organisation).filter(membership__user=user)
            msg = "This person is a member already."
            if waiting.exists():
                msg = "This person is invited already. You can send it again."
            raise ValidationError({"email": msg}, code="member")
        membership = join(by, organisation, user, role, "member.invited")
        return _send(by, membership, path, ask)


def send_again(
    *, by: User, invitation: Invitation, path: str = "", ask: str = ""
) -> Invitation:
    """A new link for a person who has not come yet; the old one opens nothing more.

    It leads to ``path``, or where the old one led. Raises ``ValidationError`` for one
    that was accepted or taken back, and for a role above the sender's.
    """
    with in_turn(), transaction.atomic():
        old = _locked(by, invitation)
        old.ended_at = timezone.now()
        old.save(update_fields=["ended_at"])
        new = _send(by, old.membership, path or old.path, ask)
        trail.record(
            by=by,
            organisation_id=old.membership.organisation_id,
            action="invitation.sent_again",
            subject=old.membership,
            after={"person": old.membership.user.email, "until": new.expires_at},
        )
    return new


def end_invitation(*, by: User, invitation: Invitation) -> None:
    """Take an invitation back: the link is dead and the membership ends with it.

    Raises ``ValidationError`` for one that was accepted or taken back, and for a role
    above the remover's.
    """
    with in_turn(), transaction.atomic():
        membership = _locked(by, invitation).membership
        keep_an_owner(membership)
        trail.record(
            by=by,
            organisation_id=membership.organisation_id,
            action="invitation.ended",
            subject=membership,
            before={"person": membership.user.email, "role": membership.role},
        )
        membership.delete()


def accept_invitation(*, by: User, invitation: Invitation, password: str = "") -> None:
    """Use an invitation up; a new person gets the password they chose.

    Raises ``ValidationError`` when it no longer stands, is somebody else's, or a
    password is given for an account that has one.
    """
    with in_turn(), transaction.atomic():
        rows = Invitation.objects.select_for_update(of=("self",)).open_at(
            timezone.now()
        )
        found = rows.filter(pk=invitation.pk, membership__user=by).first()
        user = User.objects.select_for_update().get(pk=by.pk)
        if found is None or bool(password) == user.has_usable_password():
            raise ValidationError(USED_UP, code="used_up")
        if password:
            user.set_password(password)
            user.save(update_fields=["password"])
            EmailAddress.objects.update_or_create(
                user=user,
                email=user.email,
                defaults={"verified": True, "primary": True},
            )
        _accept(user, found)


def accept_waiting(*, by: User) -> None:
    """Whoever signs in has come: every invitation that waits for them is accepted.

    Also one whose link ran out: the membership stands until it is taken back, and
    somebody who works is no longer to be taken back as one who never came.
    """
    waiting = Invitation.objects.waiting().filter(membership__user=by)
    if not waiting.exists():
        return
    with in_turn(), transaction.atomic():
        for invitation in waiting.select_for_update(of=("self",)).order_by("pk"):
            _accept(by, invitation)


def _send(by: User, membership: Membership, path: str, ask: str) -> Invitation:
    token = secrets.token_urlsafe(32)
    user, organisation = membership.user, membership.organisation
    invitation = Invitation.objects.create(
        membership=membership,
        token_hash=hash_of(token),
        path=path,
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    queue_mail(
        to=user.email,
        subject=f"{by} invites you to {organisation}",
        template="invitation",
        context={
            "by": by,
            "organisation": organisation,
            "role": Role(membership.role).label,
            "ask": ask,
            "link": absolute(reverse("organisations:invited", args=[token])),
            "expires_at": timezone.localtime(invitation.expires_at),
            "has_account": user.has_usable_password(),
        },
        about=invitation.about,
    )
    return invitation


def _locked(by: User, invitation: Invitation) -> Invitation:
    """The invitation, if it still waits for its person and ``by`` may change it."""
    rows = Invitation.objects.waiting().select_related(
        "membership__organisation", "membership__user"
    )
    found = rows.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if found is None:
        msg = "This invitation no longer waits for anybody."
        raise ValidationError(msg, code="over")
    refuse_above(by, found.membership.organisation, found.membership.role)
    return found


def _accept(by: User, invitation: Invitation) -> None:
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    membership = invitation.membership
    trail.record(
        by=by,
        organisation_id=membership.organisation_id,
        action="invitation.accepted",
        subject=membership,
        after={"person": by.email, "role": membership.role},
    )
