"""Whose an address is: it only leads to an account, and the account may be somebody else's.

A domain may come to another organisation, and with it the mails to all its addresses. An
account with means of its own stays with its person. One without them belonged to whoever
held the domain when it was made: the new holder's person gets another account.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.urls import reverse

from compliance.ground.web.mail import absolute, queue_mail
from compliance.identity.organisations.actions import lock_person
from compliance.identity.organisations.events import ACCOUNT_CHANGED
from compliance.identity.organisations.models import Membership, Organisation, User
from compliance.identity.sign_on import dns
from compliance.identity.sign_on.models import Domain
from compliance.proof.audit import trail
from compliance.proof.audit.transaction import writing


def owned_since(organisation: Organisation, email: str) -> datetime | None:
    """Since when the organisation has shown that the domain of an address is its own."""
    name = dns.domain_of(email)
    if email.rpartition("@")[2].lower() not in dns.spellings(name):
        return None
    row = organisation.domains.filter(name=name, verified_at__isnull=False).first()
    return row.verified_at if row else None


def owns_address(organisation: Organisation, email: str) -> bool:
    """Whether the organisation has shown that the domain of an address is its own."""
    return owned_since(organisation, email) is not None


def works_elsewhere(organisation: Organisation, user: User) -> bool:
    """Whether more than one organisation rests on an account, or rights over all do."""
    return user.serves_all or _real(user).exclude(organisation=organisation).exists()


def account_at(organisation: Organisation, email: str, *, by_themselves: bool) -> User | None:
    """The account of an address in a domain of the organisation; None where one is to be made.

    Whoever made an account with an address that is not theirs is shut out. An account that
    works elsewhere is left to its person: it gives up an address that no mail has shown to
    be theirs, or to which only a provider or a directory leads.
    """
    with writing():
        user = User.objects.filter(email=email).first()
        if user is None:
            return None
        user = lock_person(user)
        if not works_elsewhere(organisation, user):
            _make_theirs(user, by=user if by_themselves else None)
            return user
        departed = organisation.departures.filter(user=user).exists()
        if departed or organisation.memberships.filter(user=user).exists():
            return user
        if _has_means(user) and _confirmed(user).exists():
            return user
        _give_up_address(user)
        return None


def withholds_password(*, user: User, **_: object) -> bool:
    """Whether a mail to the address may not set a password: it may reach a stranger.

    So it is where an organisation of theirs names the domain as its own and another one holds
    it; and where none of theirs holds it, for an account without a password that a provider
    or a directory made.
    """
    name = dns.domain_of(user.email)
    rows = Domain.objects.filter(name=name)
    own = rows.filter(organisation__in=_real(user).values("organisation"))
    held = {"verified_at__isnull": False}
    if own.exclude(**held).exists() and rows.filter(**held).exists():
        return True
    is_made = user.identities.exists() or user.directories.exists()
    return is_made and not user.has_usable_password() and not own.filter(**held).exists()


def _real(user: User) -> QuerySet[Membership]:
    return user.memberships.filter(organisation__sample_of=None)


def _has_means(user: User) -> bool:
    return user.has_usable_password() or user.passkeys.exists()


def _confirmed(user: User) -> QuerySet[EmailAddress]:
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True)


def _make_theirs(user: User, *, by: User | None) -> None:
    """Of an address that no mail has shown, the password and the sessions may be anybody's."""
    if _confirmed(user).exists():
        return
    user.set_unusable_password()
    user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
    for session in UserSession.objects.filter(user=user):
        session.end()
    trail.record_of_people(by=by, action=ACCOUNT_CHANGED, subject=user, after={"email": user.email})


def _give_up_address(user: User) -> None:
    """Whoever has a password goes on signing in with the address and that password."""
    before, user.email = user.email, f"account-{user.pk}@moved.invalid"
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user, email=before).update(verified=False)
    if not _has_means(user):
        for session in UserSession.objects.filter(user=user):
            session.end()
    trail.record_of_people(
        by=None,
        action=ACCOUNT_CHANGED,
        subject=user,
        before={"email": before},
        after={"email": user.email},
    )
    for membership in _real(user).select_related("organisation"):
        organisation = membership.organisation
        for owner in organisation.memberships.with_people().active_owners():
            queue_mail(
                organisation_id=organisation.pk,
                to=owner.user.email,
                subject=f"{organisation}: {before} is somebody else's address now",
                template="address_moved",
                context={
                    "organisation": organisation,
                    "person": user,
                    "address": before,
                    "link": absolute(reverse("organisations:members", args=[organisation.slug])),
                },
            )
