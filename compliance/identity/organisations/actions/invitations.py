"""Inviting: a link that lets one person in, once, for some days."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.dispatch import Signal
from django.urls import reverse
from django.utils import timezone

from compliance.ground.web.mail import absolute, is_printed, queue_mail
from compliance.ground.web.safe_redirect import is_local
from compliance.ground.web.sendings import naming
from compliance.identity.organisations.access import Permission, may, takes
from compliance.identity.organisations.actions.members import (
    join,
    lock,
    lock_person,
    make_account,
    refuse_above,
    refuse_full,
)
from compliance.identity.organisations.choices import Role
from compliance.identity.organisations.events import (
    INVITATION_ACCEPTED,
    INVITATION_DECLINED,
    INVITATION_ENDED,
    INVITATION_SENT_AGAIN,
    MEMBER_INVITED,
)
from compliance.identity.organisations.models import (
    Invitation,
    Membership,
    Organisation,
    User,
)
from compliance.proof.audit import rows, trail
from compliance.proof.audit.transaction import attempt, writing

USED_UP = "This link no longer works."
arriving = Signal()
"""An ``invitation`` is about to be accepted. Rooms above lock what they will write, since
others lock that first and the trail after it."""
arrived = Signal()
"""Someone who was invited is a member now: ``invitation``, ``membership``. Rooms above
give them what waits for them, in the same transaction."""


def hash_of(token: str) -> str:
    """The stored hash of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    *,
    by: User | None,
    organisation: Organisation,
    email: str,
    name: str,
    role: str,
    path: str = "",
    ask: str = "",
    sending: str = "",
) -> Invitation:
    """An invitation on its way by mail; nobody is a member before the link is used.

    Whether an account has the address is neither asked nor shown. Without a mail server
    the invitation has its ``link``, to hand over. ``path`` is the page the link leads
    to, ``ask`` stands in the mail. The same ``sending`` invites once.

    Raises ``ValidationError`` for a member already there, one who is invited already, a
    role above the giver's, a giver who may not invite, a name or e-mail that cannot be,
    and a path that leads elsewhere.
    """
    if path and not is_local(path):
        msg = "An invitation leads to a page of this site only."
        raise ValidationError(msg)
    with writing():
        lock(organisation)
        if by:
            _refuse_inviting(by, organisation, role)
        email = email.strip().lower()
        if email.endswith(".invalid"):  # RFC 2606; accounts of nobody have such ones
            msg = "This address ends in .invalid, which no mail reaches."
            raise ValidationError({"email": msg})
        if sent := invited_before(by=by, organisation=organisation, email=email, sending=sending):
            return sent
        if organisation.memberships.filter(user__email=email).exists():
            msg = "This person is a member already."
            raise ValidationError({"email": msg}, code="member")
        if not organisation.invitations.filter(email=email).exists():
            refuse_full(organisation)
        invitation = Invitation(organisation=organisation, email=email, name=name, role=role, path=path)
        token = _renew(by, invitation)
        invitation.full_clean()
        invitation.save(force_insert=True)
        _record(by, invitation, MEMBER_INVITED, sending)
        return _send(by, invitation, token, ask)


def send_again(
    *,
    by: User,
    invitation: Invitation,
    path: str = "",
    ask: str = "",
    sending: str = "",
) -> Invitation:
    """A new link for a person who has not come yet; the old one opens nothing more.

    It leads to ``path``, or where the old one led. Raises ``ValidationError`` for one
    that is over, a role above the sender's, and a sender who may not invite.
    """
    with writing():
        found = _locked(by, invitation)
        if found.expires_at <= timezone.now():  # its place was free meanwhile
            refuse_full(found.organisation)
        token = _renew(by, found)
        found.path = path or found.path
        found.save()
        _record(by, found, INVITATION_SENT_AGAIN, sending)
        return _send(by, found, token, ask)


def invited_before(
    *, by: User | None, organisation: Organisation, email: str, sending: str
) -> Invitation | None:
    """The invitation that a person's sending of this name made or sent again already, as
    long as it waits for its person.
    """
    said = {"person": email}
    sent = any(
        trail.sent_by(by, organisation.pk, action, said, sending)
        for action in (MEMBER_INVITED, INVITATION_SENT_AGAIN)
    )
    return organisation.invitations.filter(email=email).first() if sent else None


def end_invitation(*, by: User, invitation: Invitation) -> None:
    """Take an invitation back: the link is dead, and what waited for the person goes.

    Raises ``ValidationError`` for one that is over, a role above the remover's, and a
    remover who may not invite.
    """
    with writing():
        _end(by, _locked(by, invitation), INVITATION_ENDED)


def end_with_rights(
    *, by: User | None, membership: Membership, kept: Collection[Permission], **_: Any
) -> None:
    """End the open invitations of somebody who may no longer give their roles."""
    organisation = membership.organisation
    own = Invitation.objects.select_related("organisation").order_by("pk")
    for invitation in own.filter(organisation=organisation, invited_by=membership.user_id):
        needed = takes(invitation.role, organisation)
        if invitation.role != Role.AUDITOR:
            needed |= {Permission.INVITE}
        if not needed <= set(kept):
            _end(by, invitation, INVITATION_ENDED)


def decline_invitation(*, by: User | None, invitation: Invitation) -> None:
    """Decline with the link; ``by`` is known if signed in.

    Raises ``ValidationError`` for one that is over.
    """
    with writing():
        _end(by, _open(invitation), INVITATION_DECLINED)


def accept_invitation(*, by: User, invitation: Invitation) -> Membership:
    """Use an invitation up, signed in with its address.

    Raises ``ValidationError`` when it no longer stands or is someone else's.
    """
    return admit(by=by, person=by, invitation=invitation)


def admit(*, by: User | None, person: User, invitation: Invitation) -> Membership:
    """Use an invitation up for the person it is for; ``by`` is nobody where a program does.

    Raises as ``accept_invitation``.
    """
    with writing():
        person = lock_person(person)
        found = _open(invitation)
        if found.email != person.email:
            raise ValidationError(USED_UP, code="used_up")
        arriving.send(sender=Invitation, invitation=found)
        rows.announce_gone(found)
        membership = join(
            by,
            found.organisation,
            person,
            found.role,
            INVITATION_ACCEPTED,
            invited_by_id=found.invited_by_id,
        )
        arrived.send(sender=Invitation, invitation=found, membership=membership)
        found.delete()
    return membership


def accept_as_new(*, invitation: Invitation, name: str, password: str) -> Membership:
    """The new account of someone who had none, and the invitation used up.

    Raises ``ValidationError`` when it no longer stands, an account has the address,
    or the name cannot be.
    """
    with writing():
        email = _open(invitation).email
        User(email=email, name=name, password="-").full_clean(  # noqa: S106
            validate_unique=False
        )
        try:
            with attempt():
                user = make_account(
                    email=email,
                    name=name,
                    password=password,
                    # A link that was handed over says nothing of the mailbox.
                    is_verified=not is_printed(),
                )
        except IntegrityError:  # someone else was faster
            raise ValidationError(USED_UP, code="used_up") from None
        return accept_invitation(by=user, invitation=invitation)


def _renew(by: User | None, invitation: Invitation) -> str:
    """A new token; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_of(token)
    invitation.invited_by = by
    days = timedelta(days=settings.INVITATION_DAYS)
    invitation.expires_at = timezone.now() + days
    return token


def _send(by: User | None, invitation: Invitation, token: str, ask: str) -> Invitation:
    link = absolute(reverse("organisations:invited", args=[token]))
    if is_printed():
        invitation.link = link
        return invitation
    organisation = invitation.organisation
    whose = f"{by} invites you" if by else "You are invited"
    queue_mail(
        organisation_id=invitation.organisation_id,
        to=invitation.email,
        subject=f"{whose} to {organisation}",
        template="invitation",
        context={
            "whose": whose,
            "organisation": organisation,
            "role": Role(invitation.role).label,
            "ask": ask,
            "link": link,
            "expires_at": timezone.localtime(invitation.expires_at),
        },
        about=invitation.about,
    )
    return invitation


def _open(invitation: Invitation) -> Invitation:
    """The invitation, if its link still opens, locked."""
    lock(invitation.organisation)
    rows = Invitation.objects.open_at(timezone.now()).filter(pk=invitation.pk)
    found = rows.select_related("organisation").first()
    if found is None or found.token_hash != invitation.token_hash:
        raise ValidationError(USED_UP, code="used_up")
    return found


def _locked(by: User, invitation: Invitation) -> Invitation:
    """The invitation, if it still waits for its person and ``by`` may change it."""
    lock(invitation.organisation)
    rows = Invitation.objects.select_related("organisation")
    found = rows.filter(pk=invitation.pk).first()
    if found is None:
        msg = "This invitation is no longer open."
        raise ValidationError(msg, code="over")
    _refuse_inviting(by, found.organisation, found.role)
    return found


def _refuse_inviting(by: User, organisation: Organisation, role: str) -> None:
    """Only who may invite has to do with invitations, on whichever page that is.

    Auditors come with a seat, so whoever gives seats invites them: ``refuse_above`` asks
    for that right.
    """
    own = refuse_above(by, organisation, role)
    if role != Role.AUDITOR and not may(own, Permission.INVITE):
        msg = f"You may not invite people to {organisation}. Ask an owner."
        raise ValidationError(msg, code="uninviting")


def _end(by: User | None, invitation: Invitation, action: str) -> None:
    _record(by, invitation, action)
    invitation.delete()


def _record(by: User | None, invitation: Invitation, action: str, sending: str = "") -> None:
    fields = {"person": invitation.email, "role": invitation.role}
    fields |= naming(sending)
    is_over = action in {INVITATION_ENDED, INVITATION_DECLINED}
    trail.record(
        by=by,
        organisation_id=invitation.organisation_id,
        action=action,
        subject=invitation,
        before=fields if is_over else {},
        after={} if is_over else fields,
    )
